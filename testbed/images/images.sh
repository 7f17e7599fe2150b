# shellcheck shell=bash disable=SC2034 # build and up read what is set here
# The images: what each is called, what runs in it and as whom. Sourced after lib.sh.

# A tag is the version of what is inside, as with the released image.
# name:tag | user | entrypoint | SOURCE=DESTINATION, where a source without a slash is a tool
IMAGES=(
  "pause:1                        | 65534 | sleep infinity |"
  "busybox:1.35.0                 | 0     | |"
  "coredns:1.12.4                 | 0     | coredns | coredns=/usr/bin/coredns"
  "local-path-provisioner:0.0.30  | 0     | local-path-provisioner | local-path-provisioner=/usr/bin/local-path-provisioner"
  "consul:1.20.1                  | 0     | docker-entrypoint.sh | consul=/usr/bin/consul $TESTBED/images/docker-entrypoint.sh=/usr/local/bin/docker-entrypoint.sh dir:100:1000=/consul dir:100:1000=/consul/data dir:100:1000=/consul/config"
  "consul:1.22.7                  | 0     | docker-entrypoint.sh | consul-1.22=/usr/bin/consul $TESTBED/images/docker-entrypoint.sh=/usr/local/bin/docker-entrypoint.sh dir:100:1000=/consul dir:100:1000=/consul/data dir:100:1000=/consul/config"
  "consul-k8s-control-plane:1.5.3 | 100   | | consul-k8s-control-plane=/usr/bin/consul-k8s-control-plane"
  "consul-dataplane:1.5.2         | 100   | consul-dataplane | consul-dataplane=/usr/bin/consul-dataplane envoy=/usr/bin/envoy"
  "traefik:3.7.15                 | 0     | traefik-entrypoint.sh | traefik=/usr/bin/traefik $TESTBED/images/traefik-entrypoint.sh=/usr/local/bin/traefik-entrypoint.sh"
  "whoami:1.10.3                  | 0     | whoami | whoami=/usr/bin/whoami"
  "app:1.0.0                      | 0     | app-entrypoint.sh | whoami=/usr/bin/whoami $TESTBED/images/app-entrypoint.sh=/usr/local/bin/app-entrypoint.sh"
  "nats:2.12.15                   | 0     | nats-server | nats-server=/usr/bin/nats-server"
  "pebble:2.10.1                  | 0     | pebble | pebble=/usr/bin/pebble pebble-challtestsrv=/usr/bin/pebble-challtestsrv"
)

# No name is ever looked up in a registry: there is no host of this name.
IMAGE_REGISTRY=localhost

LAYOUT=$CACHE/images

image_names() {
  local row
  for row in "${IMAGES[@]}"; do say "$IMAGE_REGISTRY/${row%% *}"; done
}
