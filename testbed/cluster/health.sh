# shellcheck shell=bash
# Waiting, always with an end, and what "up" means. Sourced after config.sh and parts.sh.

# wait_for SECONDS WHAT COMMAND...: until the command succeeds, or a part of the cluster dies
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2 out
  shift 2
  until out=$("$@" 2>&1); do
    [ $SECONDS -lt $deadline ] || {
      say "waited in vain until $what: $out" >&2
      return 1
    }
    sleep 0.1
  done
}

api_ready() {
  # shellcheck disable=SC2153 # of lib.sh, and not the state of another function
  curl -sf -o /dev/null --max-time 5 --cacert "$STATE/pki/ca.crt" --cert "$STATE/pki/admin.crt" --key "$STATE/pki/admin.key" \
    "https://127.0.0.1:$API_PORT/readyz"
}

# The API answers, the node takes pods, names resolve and volumes can be made.
wait_healthy() { # SECONDS
  wait_for "$1" 'the API server is ready' api_ready &&
    wait_for "$1" 'the node and the system pods are ready' system_ready
}

system_ready() {
  local state
  state=$("$BIN/kubectl" get nodes,deployments -A -o jsonpath='{range .items[*]}{.kind}{"/"}{.metadata.name}{" "}{.status.conditions[?(@.type=="Ready")].status}{.status.conditions[?(@.type=="Available")].status}{"\n"}{end}' 2>&1)
  local need
  for need in "Node/$NODE" Deployment/coredns Deployment/local-path-provisioner; do
    grep -qx "$need True" <<< "$state" || {
      say "$need is not ready"
      return 1
    }
  done
}
