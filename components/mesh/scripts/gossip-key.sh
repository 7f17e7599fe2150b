# shellcheck shell=sh disable=SC2013,SC2094 # keys have no blanks, and the command "members" is no file
# Every server has the new key before any uses it, and uses it before any forgets an old one: gossip never stops. Each command
# is for both rings, LAN and WAN, as far as the server that is asked knows the others: in the WAN it looks for them each minute.


if [ -n "${GOSSIP_KEY_SHA256:-}" ]; then
  got=$(printf %s "$GOSSIP_KEY" | sha256sum)
  [ "${got%% *}" = "$GOSSIP_KEY_SHA256" ] || { echo "the new value has not reached this node yet"; exit 1; }
fi

# shellcheck source=ready.sh
. ./ready.sh

api "$CONSUL_HTTP_ADDR/v1/status/peers" > peers
servers=$(tr ',' '\n' < peers | grep -c :)
for i in $(seq 90); do
  consul members -wan -status=alive > members
  [ "$(grep -c ' alive ' members)" -lt "$servers" ] || break
  [ "$i" -lt 90 ] || { echo "not all of $servers servers reach each other by WAN gossip, port 8302:"; cat members; exit 1; }
  sleep 1
done
consul keyring -install="$GOSSIP_KEY"
consul keyring -use="$GOSSIP_KEY"
consul keyring -list > rings
for key in $(sed -n 's/^ *\([A-Za-z0-9+/=]\{24,\}\) \[.*/\1/p' rings | sort -u); do
  [ "$key" = "$GOSSIP_KEY" ] || consul keyring -remove="$key"
done
