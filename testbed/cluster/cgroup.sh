# shellcheck shell=bash
# One cgroup holds every process of the testbed, pods included: what is in it is ours, whatever became of pid files,
# and nothing else is. Sourced after config.sh.

# The testbed's folder in each hierarchy (one with cgroup v2, one for each controller with v1).
cgroup_roots() {
  awk -v name="$CLUSTER" '$3 == "cgroup" || $3 == "cgroup2" { print $2 "/" name }' /proc/mounts
}

cgroup_make() {
  local root
  while read -r root; do
    mkdir -p "$root/parts"
    # v2 gives a cgroup only those controllers that each one above it hands down.
    if [ -f "$root/cgroup.controllers" ]; then
      local controller
      for controller in $(< "$root/../cgroup.controllers"); do
        { say "+$controller" > "$root/../cgroup.subtree_control" && say "+$controller" > "$root/cgroup.subtree_control"; } 2> /dev/null || true
      done
    fi
  done < <(cgroup_roots)
}

# Moves this process, and so all that it starts.
cgroup_join() {
  local root
  while read -r root; do
    # A v1 cpuset takes nobody before it has processors; membership of the others is enough.
    case $root in */cpuset/*) continue ;; esac
    say "$BASHPID" > "$root/parts/cgroup.procs"
  done < <(cgroup_roots)
}

cgroup_pids() {
  local root
  while read -r root; do
    [ ! -d "$root" ] || find "$root" -name cgroup.procs -exec cat {} + 2> /dev/null || true
  done < <(cgroup_roots) | sort -un
}

cgroup_kill() {
  local deadline=$((SECONDS + 20)) pids
  while pids=$(cgroup_pids) && [ -n "$pids" ]; do
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $pids 2> /dev/null || true
    [ $SECONDS -lt $deadline ] || die "these processes of the testbed do not die: $(tr '\n' ' ' <<< "$pids")"
    sleep 0.05
  done
}

cgroup_remove() {
  local root
  while read -r root; do
    [ ! -d "$root" ] || find "$root" -depth -type d -exec rmdir {} \; 2> /dev/null || true
  done < <(cgroup_roots)
}

# Bytes of memory that the testbed and all its pods hold, the page cache that can be dropped left out.
cgroup_memory() {
  local root
  while read -r root; do
    if [ -f "$root/memory.usage_in_bytes" ]; then
      say $(($(< "$root/memory.usage_in_bytes") - $(awk '$1 == "total_inactive_file" { print $2 }' "$root/memory.stat")))
    elif [ -f "$root/memory.current" ]; then
      say $(($(< "$root/memory.current") - $(awk '$1 == "inactive_file" { print $2 }' "$root/memory.stat")))
    fi
  done < <(cgroup_roots)
}
