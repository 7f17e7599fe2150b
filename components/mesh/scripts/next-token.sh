# shellcheck shell=sh
# Consul knows the next token before it is in its Secret, so that at no time a token is in there that Consul refuses. In a new
# cluster there is nothing to tell: the servers begin with it.


if [ -n "${NEXT_TOKEN_SHA256:-}" ]; then
  got=$(printf %s "$NEXT_TOKEN" | sha256sum)
  [ "${got%% *}" = "$NEXT_TOKEN_SHA256" ] || { echo "the new value has not reached this node yet"; exit 1; }
fi
[ -n "${CONSUL_HTTP_TOKEN:-}" ] || { echo "there is no token yet that this one replaces"; exit 0; }

# shellcheck source=ready.sh
. ./ready.sh

if CONSUL_HTTP_TOKEN=$NEXT_TOKEN consul acl token read -self > /dev/null 2>&1; then exit 0; fi
printf '{"SecretID": "%s", "Description": "Initial Management Token", "Policies": [{"Name": "global-management"}]}' \
  "$NEXT_TOKEN" > token.json
api --request PUT --data @token.json "$CONSUL_HTTP_ADDR/v1/acl/token" > /dev/null
