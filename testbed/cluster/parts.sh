# shellcheck shell=bash
# How each part of the cluster is started. Sourced after config.sh, cgroup.sh and containerd.sh.

# part_start NAME COMMAND...: in the testbed's cgroup, with nothing of the caller's environment or open files
part_start() {
  local name=$1
  shift
  (
    cgroup_join
    exec > "$STATE/logs/$name.log" 2>&1 < /dev/null
    exec {LOCK_FD}>&-
    ulimit -n 1048576 2> /dev/null || ulimit -n "$(ulimit -Hn)"
    cd "$STATE" || exit
    exec env -i HOME=/root PATH="$NODE_ROOT/usr/bin:$NODE_ROOT/usr/sbin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" setsid "$@"
  ) &
  disown $! # its end, when down or up kills it, is no news
  say $! > "$STATE/pids/$name"
}

# Prints those that do not run.
parts_missing() {
  local name pid ours
  ours=$(cgroup_pids)
  for name in "${PARTS[@]}"; do
    { pid=$(cat "$STATE/pids/$name" 2> /dev/null) && grep -qx "$pid" <<< "$ours"; } || say "$name"
  done
}

start_etcd() {
  # A testbed that the power goes off under is started anew: no need to wait for the disk at each write.
  part_start etcd etcd --data-dir "$STATE/etcd" --unsafe-no-fsync --logger zap --log-level warn \
    --listen-client-urls "http://127.0.0.1:$ETCD_PORT" --advertise-client-urls "http://127.0.0.1:$ETCD_PORT" \
    --listen-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" --initial-advertise-peer-urls "http://127.0.0.1:$ETCD_PEER_PORT" \
    --initial-cluster "default=http://127.0.0.1:$ETCD_PEER_PORT"
}

start_containerd() { part_start containerd containerd --config "$STATE/containerd.toml"; }

start_kube-apiserver() { # NODE-IP
  local pki=$STATE/pki
  part_start kube-apiserver "$BIN/kubernetes" kube-apiserver \
    --etcd-servers="http://127.0.0.1:$ETCD_PORT" --secure-port="$API_PORT" --advertise-address="$1" \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local --service-account-key-file="$pki/sa.pub" \
    --service-account-signing-key-file="$pki/sa.key" --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --service-cluster-ip-range="$SERVICE_SUBNET" --allow-privileged=true --kubelet-certificate-authority="$pki/ca.crt" \
    --kubelet-client-certificate="$pki/admin.crt" --kubelet-client-key="$pki/admin.key" --kubelet-preferred-address-types=InternalIP
}

start_kube-controller-manager() {
  part_start kube-controller-manager "$BIN/kubernetes" kube-controller-manager --kubeconfig="$KUBECONFIG" --leader-elect=false \
    --bind-address=127.0.0.1 --use-service-account-credentials --service-account-private-key-file="$STATE/pki/sa.key" \
    --root-ca-file="$STATE/pki/ca.crt" --cluster-signing-cert-file="$STATE/pki/ca.crt" --cluster-signing-key-file="$STATE/pki/ca.key"
}

start_kube-scheduler() {
  part_start kube-scheduler "$BIN/kubernetes" kube-scheduler --kubeconfig="$KUBECONFIG" --leader-elect=false --bind-address=127.0.0.1
}

# What is set here for the machine's sake: oomScoreAdj, for a container host may forbid lower values; cpuCFSQuota, for
# upstream's chart limits its jobs to a twentieth of a processor; image and disk thresholds, for a full disk of the
# user's must not throw out our images or pods. And for tests' sake syncFrequency, a minute otherwise: how soon a pod sees
# that a Secret which it mounts has changed.
start_kubelet() { # NODE-IP
  [ -d /var/lib/kubelet ] || touch "$STATE/made-var-lib-kubelet"
  say 'nameserver 127.0.0.1' > "$STATE/resolv.conf" # of pods that ask for the node's DNS: the testbed has no way out
  cat > "$STATE/kubelet.yaml" << K
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $STATE/pki/kubelet.crt
tlsPrivateKeyFile: $STATE/pki/kubelet.key
containerRuntimeEndpoint: unix://$CONTAINERD_SOCKET
cgroupDriver: cgroupfs
cgroupRoot: /$CLUSTER
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
cpuCFSQuota: false
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%}
maxPods: 250
syncFrequency: 10s
clusterDNS: [$DNS_IP]
clusterDomain: cluster.local
resolvConf: $STATE/resolv.conf
podLogsDir: $STATE/logs-of-pods
volumePluginDir: $STATE/kubelet/volume-plugins
shutdownGracePeriod: 0s
K
  part_start kubelet "$BIN/kubernetes" kubelet --config="$STATE/kubelet.yaml" --kubeconfig="$STATE/pki/kubelet.kubeconfig" \
    --hostname-override="$NODE" --node-ip="$1" --root-dir="$STATE/kubelet"
}

start_kube-proxy() { # NODE-IP
  cat > "$STATE/proxy.yaml" << K
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $KUBECONFIG}
clusterCIDR: $POD_SUBNET
mode: iptables
hostnameOverride: $NODE
nodePortAddresses: [127.0.0.0/8, $1/32]
healthzBindAddress: 127.0.0.1:10256
metricsBindAddress: 127.0.0.1:10249
oomScoreAdj: 0
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
K
  part_start kube-proxy "$BIN/kubernetes" kube-proxy --config="$STATE/proxy.yaml"
}

start_kube-network-policies() {
  part_start kube-network-policies "$BIN/kube-network-policies" "$KUBECONFIG" "$POLICY_QUEUE"
}
