# shellcheck shell=sh
# In `sh` with `getent` and `curl`, one of which asks a pod for all paths. The last words of a failure are what `up` says.

missing() {
  pods=$(getent ahosts "$TRAEFIK" | cut -d ' ' -f 1 | sort -u)
  [ -n "$pods" ] || echo "no pod of Traefik is ready"
  for pod in $pods; do
    case $pod in *:*) pod="[$pod]" ;; esac
    for path in $PATHS; do
      printf 'url = "http://%s:%s%s"\noutput = "/dev/null"\n' "$pod" "$PORT" "$path"
    done | curl --silent --globoff --max-time 10 --write-out '%{http_code} %{url_effective}\n' --config - |
      while read -r status url; do
        name=${url#*/served/}
        name=${name%/*}
        case $status in
          @SERVED@) ;;
          404) echo "$pod does not serve the routes of $name" ;;
          @OTHERS@) echo "$pod still serves earlier routes of $name" ;;
          *) echo "$pod does not say whether it serves the routes of $name" ;;
        esac
      done
  done
}
end=$(($(date +%s) + PATIENCE))
while problems=$(missing); [ -n "$problems" ]; do
  if [ "$(date +%s)" -ge "$end" ]; then
    echo "Traefik's pods, and their logs say why:"
    echo "$problems"
    exit 1
  fi
  sleep 0.25
done
