# shellcheck shell=bash
# containerd, apart from one that the machine may have: its own folders, sockets, runtime state and network
# configuration. Sourced after config.sh and images.sh.

containerd_config() { # FOLDER OF DEBIAN'S PACKAGES
  mkdir -p "$STATE/cni/net.d" "$RUN"
  cat > "$STATE/cni/net.d/10-pods.conflist" << J
{
  "cniVersion": "0.4.0",
  "name": "$CLUSTER",
  "plugins": [{
    "type": "ptp",
    "ipam": {"type": "host-local", "dataDir": "$STATE/cni/addresses", "ranges": [[{"subnet": "$POD_SUBNET", "gateway": "$POD_GATEWAY"}]], "routes": [{"dst": "0.0.0.0/0"}]}
  }]
}
J
  # restrict_oom_score_adj: a container of a container host may not be allowed to lower it.
  cat > "$STATE/containerd.toml" << T
version = 2
root = "$CONTAINERD_ROOT"
state = "$RUN/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp"]
[grpc]
  address = "$CONTAINERD_SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$IMAGE_REGISTRY/pause:1"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$(snapshotter)"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
        BinaryName = "$1/usr/sbin/runc"
        Root = "$RUN/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$1/usr/lib/cni"
    conf_dir = "$STATE/cni/net.d"
T
}

# overlayfs where the file system of the cache can carry it (one that is itself an overlay cannot), else plain copies.
snapshotter() {
  local try=$CONTAINERD_ROOT/overlay-test
  mkdir -p "$try"/{lower,upper,work,merged}
  if mount -t overlay -o "lowerdir=$try/lower,upperdir=$try/upper,workdir=$try/work" overlay "$try/merged" 2> /dev/null; then
    umount "$try/merged"
    printf overlayfs
  else
    printf native
  fi
  rm -rf "$try"
}

ctr() { "$NODE_ROOT/usr/bin/ctr" --address "$CONTAINERD_SOCKET" --namespace k8s.io "$@"; }

# Strikes the containers of a cluster that is gone from containerd's books, by a containerd that does nothing but keep
# them: the real one would try to bring back to life what it finds there. Images stay.
containers_forget() {
  [ -f "$CONTAINERD_ROOT/used" ] || return 0
  local containers
  sed 's#^disabled_plugins = \[#&"io.containerd.grpc.v1.cri", #' "$STATE/containerd.toml" > "$STATE/containerd-books.toml"
  part_start containerd-books containerd --config "$STATE/containerd-books.toml"
  wait_for 30 'containerd opens its books' ctr version
  mapfile -t containers < <(ctr containers list -q)
  [ ${#containers[@]} = 0 ] || ctr containers rm "${containers[@]}" >> "$STATE/logs/containerd-books.log" 2>&1
  kill -KILL "$(< "$STATE/pids/containerd-books")" # its books are safe at any moment, and it has nothing else
  wait_for 10 'containerd closes its books' containerd_books_closed
  rm -rf "$CONTAINERD_ROOT/used" "$STATE/pids/containerd-books" "$RUN/containerd" "$CONTAINERD_SOCKET"*
}

containerd_books_closed() { ! cgroup_pids | grep -qx "$(< "$STATE/pids/containerd-books")"; }

# Loads the images that containerd does not have yet, or has of another content.
images_load() {
  local missing all
  mapfile -t all < <(image_names)
  mapfile -t missing < <(
    comm -23 <(python3 "$TESTBED/images/oci.py" digests "$LAYOUT" "${all[@]}" | sort) \
      <(ctr images list | awk '{ print $1, $3 }' | sort) | cut -d' ' -f1
  )
  [ ${#missing[@]} -gt 0 ] || return 0
  say "loading ${#missing[@]} images into containerd"
  "$TESTBED/images/build" --archive "${missing[@]}" | images_import
}

images_import() { # of an OCI archive on stdin
  ctr images import --snapshotter "$(sed -n 's/ *snapshotter = "\(.*\)"/\1/p' "$STATE/containerd.toml")" - > "$STATE/logs/images.log" 2>&1 ||
    { tail -n 5 "$STATE/logs/images.log" >&2 && die "could not load the images: see $STATE/logs/images.log"; }
}
