# shellcheck shell=bash
# Takes away whatever a cluster left, whether it was stopped, killed, interrupted half-way or cut off by a reboot. Each
# thing is found by what it is, not by a note that it was made. Sourced after config.sh, cgroup.sh and iptables.sh.

clean() {
  cgroup_kill
  unmount_all
  links_remove
  iptables_remove
  cgroup_remove
  files_remove
  sysctls_restore
}

# The mounts of pods and containers, the newest first.
unmount_all() {
  local mount mounts
  mapfile -t mounts < <(our_mounts | tac)
  for mount in "${mounts[@]}"; do
    umount "$mount" 2> /dev/null || umount -l "$mount"
  done
}

our_mounts() {
  awk '{ print $5 }' /proc/self/mountinfo | while IFS= read -r mount; do
    mount=$(printf '%b' "$mount") # spaces are written as \040
    case $mount in "$STATE"/* | "$RUN"/* | "$CONTAINERD_ROOT"/*) say "$mount" ;; esac
  done
}

# The host's ends of pods' links; with the mount of its namespace gone, a pod's own end is already on its way out.
links_remove() {
  local link
  ip -4 -o addr show | awk -v gateway="$POD_GATEWAY/32" '$4 == gateway { print $2 }' | while read -r link; do
    ip link delete "$link" 2> /dev/null || true
  done
}

files_remove() {
  # Links to the logs of our pods, where the kubelet puts them whatever it is told.
  [ ! -d /var/log/containers ] || find /var/log/containers -maxdepth 1 -type l -lname "$STATE/*" -delete
  # libcni's notes of what it set up, in the folder that it has for every user of it.
  { grep -lsF "$RUN/" /var/lib/cni/results/* || true; } | xargs -r rm -f
  if [ -f "$STATE/made-var-lib-kubelet" ]; then
    rm -rf /var/lib/kubelet/device-plugins /var/lib/kubelet/kubeadm-flags.env
    rmdir /var/lib/kubelet 2> /dev/null || true
  fi
  stale_shim_sockets_remove
  local name
  for name in cni etcd kubelet logs-of-pods pids pki volumes stacks made-var-lib-kubelet kubeconfig; do
    rm -rf "${STATE:?}/$name"
  done
  rm -rf "${RUN:?}" "$CONTAINERD_ROOT/io.containerd.grpc.v1.cri"
  rmdir /var/log/containers /var/lib/cni/results /var/lib/cni 2> /dev/null || true
}

# Shims put their sockets into one folder, whoever started them. A socket that nobody listens on is nobody's.
stale_shim_sockets_remove() {
  local socket
  for socket in /run/containerd/s/*; do
    [ -S "$socket" ] || continue
    grep -qF "$socket" /proc/net/unix || rm -f "$socket"
  done
  rmdir /run/containerd/s /run/containerd 2> /dev/null || true
}

sysctls_remember() {
  # What an interrupted cluster noted is what was there first.
  [ -f "$STATE/sysctls" ] || sysctl "${SYSCTLS[@]}" > "$STATE/sysctls.partial" 2> /dev/null || true
  [ ! -f "$STATE/sysctls.partial" ] || mv "$STATE/sysctls.partial" "$STATE/sysctls"
}

sysctls_restore() {
  [ ! -f "$STATE/sysctls" ] || sysctl -q -p "$STATE/sysctls" > /dev/null 2>&1 || true
  rm -f "$STATE/sysctls"
}
