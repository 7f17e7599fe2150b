# shellcheck shell=sh disable=SC2164 # the folder is a volume of the container, which does not start without it
# What runs beside Traefik. It logs in whenever Traefik asks for a token by the file `wanted`, and hands it over as the
# file `token`. `held` is the same token, kept for the logout. When Consul refuses the token, as it does one that was
# revoked or has expired, it takes `token` away, which ends Traefik; trouble of Consul's own changes nothing. It is
# stopped after Traefik, and logs out. Only `curl` sees single answers of the API, so it asks how the token fares.

cd @TOKENS@
answer() {
  { printf 'X-Consul-Token: '; cat held; } |
    curl --silent --output /dev/null --write-out '%{http_code}' --max-time 10 \
      --cacert "$CONSUL_CACERT" --header @- "$CONSUL_HTTP_ADDR/v1/acl/token/self"
}
# Twice: a server that has just begun to follow may not know the token yet.
refused() { [ "$(answer)" = 403 ] && sleep 1 && [ "$(answer)" = 403 ]; }
log_out() {
  rm -f token
  [ ! -e held ] || until consul logout -token-file=held || refused; do sleep 1; done
  rm -f held
}
log_in() {
  consul login -method="$AUTH_METHOD" -meta="pod=$NAMESPACE/$POD" \
    -bearer-token-file=@ACCOUNT@/token -token-sink-file=held || return
  for _ in 1 2 3 4 5; do [ "$(answer)" = 200 ] && break; sleep 0.2; done
  rm -f wanted
  ln held token
}
trap 'log_out; exit 0' TERM
round=0
while :; do
  if [ -e wanted ]; then
    log_out
    log_in || sleep 2
  elif [ -e token ] && [ $((round % 10)) = 0 ] && refused; then
    echo "Consul refuses the token, which was revoked or has expired: Traefik restarts with a new one"
    rm -f token held
  fi
  round=$((round + 1))
  sleep 1
done
