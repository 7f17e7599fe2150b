# shellcheck shell=sh
# Consul makes a new root where the key's parameters change, so the curve alternates between P-256 and P-384. The key never
# leaves Consul; the services' own certificates stay on P-256, as Consul makes all of them.

# shellcheck source=ready.sh
. ./ready.sh

get() { api "$CONSUL_HTTP_ADDR/v1/connect/ca/$1" > answer && tr -d ' \n\t' < answer; }
say() { printf '%s\n' "$1"; } # echo would take the backslashes of JSON for its own
value() { sed "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/"; }
config=$(get configuration)
case $config in
  *'"Provider":"consul"'*) ;;
  *) echo "the services' CA is not Consul's own: rotate it where it is kept"; exit 1 ;;
esac
case $config in
  *'"PrivateKey":"'[!\"]* | *'"RootCert":"'[!\"]*)
    echo "the services' CA has a key of your own: set the next one by consul connect ca set-config"
    exit 1 ;;
esac
roots=$(get roots)
active=$(say "$roots" | value ActiveRootID)
bits=$(say "$roots" | tr '{' '\n' | grep -F "\"ID\":\"$active\"" | value PrivateKeyBits)
[ "$bits" = 256 ] && next=384 || next=256
say "$config" |
  sed -e 's/"PrivateKeyType":"[^"]*",\{0,1\}//' -e 's/"PrivateKeyBits":[0-9]*,\{0,1\}//' \
    -e "s/\"Config\":{/&\"PrivateKeyType\":\"ec\",\"PrivateKeyBits\":$next,/" -e 's/,}/}/g' > config.json
api --request PUT --data @config.json "$CONSUL_HTTP_ADDR/v1/connect/ca/configuration"
roots=$(get roots)
after=$(say "$roots" | value ActiveRootID)
[ "$after" != "$active" ] || { echo "Consul kept the root $active"; exit 1; }
echo "the root was $active and is $after"
