# shellcheck shell=sh
# Waits until the API answers to the token. No pipes from a command that may fail, since `sh` would go on.

set -eu
cd "$(mktemp -d)"
api() { curl --silent --show-error --fail --max-time 10 --cacert "$CONSUL_CACERT" --header "X-Consul-Token: ${CONSUL_HTTP_TOKEN:-}" "$@"; }
for i in $(seq 120); do
  api "$CONSUL_HTTP_ADDR/v1/agent/self" > /dev/null 2>&1 && break
  [ "$i" -lt 120 ] || { echo "Consul's API does not answer, or refuses the token"; exit 1; }
  sleep 1
done
