# shellcheck shell=bash disable=SC2034 # what is set here, others read
# What the cluster is called, where its parts listen and what of the machine it takes. Sourced after lib.sh.

CLUSTER=consul-traefik-mesh # names the cgroup, the CNI network and the folder under /run
NODE=testbed
RUN=/run/$CLUSTER               # sockets and mounts; gone after a reboot, as they are
CONTAINERD_ROOT=$CACHE/containerd # images stay here between down and up
CONTAINERD_SOCKET=$RUN/containerd.sock

POD_SUBNET=10.244.0.0/24
POD_GATEWAY=10.244.0.1 # the host's end of each pod's link has it, which tells those links from all others
SERVICE_SUBNET=10.96.0.0/16
KUBERNETES_IP=10.96.0.1
DNS_IP=10.96.0.10
POLICY_QUEUE=10244 # the NFQUEUE in which new connections wait for what NetworkPolicies say of them

API_PORT=6443
ETCD_PORT=23790 # not the usual one: a machine may have an etcd
ETCD_PEER_PORT=23800
# The rest are the programs' own, on loopback but for the kubelet's (10250).
PORTS=("$API_PORT" "$ETCD_PORT" "$ETCD_PEER_PORT" 10248 10249 10250 10256 10257 10259)

PARTS=(etcd containerd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kube-network-policies)

# What the parts change in the kernel's settings; down gives back what was there.
SYSCTLS=(net.ipv4.ip_forward net.ipv4.conf.all.route_localnet vm.overcommit_memory vm.panic_on_oom
  kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys kernel.keys.root_maxbytes)

KUBECONFIG=$STATE/kubeconfig
export KUBECONFIG

# The address that pods and the API server know the node by.
node_ip() {
  local ip
  ip=$(ip -4 route get 192.0.2.255 2> /dev/null | sed -n 's/.* src \([0-9.]*\).*/\1/p')
  [ -n "$ip" ] || ip=$(ip -4 -o addr show scope global | awk 'NR == 1 { sub("/.*", "", $4); print $4 }')
  [ -n "$ip" ] || die "this machine has no IPv4 address but loopback: give it one and run this again"
  say "$ip"
}
