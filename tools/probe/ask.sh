# shellcheck shell=sh disable=SC2329 # what asks is put below it: a line for each question
# In `sh` with curl: asks by one request, and prints what came of it. What nobody answers is asked for its certificate: a sidecar
# that gets a call from outside of the mesh shows its own, and ends it. A connection is asked so before, since a sidecar waits for the
# rest of what is too short for TLS; then by an empty line, which no protocol takes amiss.

identity() {
  curl -qsk --tls-max 1.3 -m 6 -o /dev/null -w '%{certs}' "https://$1/" | grep -o 'spiffe://[^, ]*' | head -n 1
}
ask() { # NUMBER KIND SECONDS PLACE ARGUMENT...
  number=$1 kind=$2 seconds=$3 place=$4 raw='' peer=''
  shift 4
  [ "$kind" = http ] || [ -z "$place" ] || peer=$(identity "$place")
  [ -n "$peer" ] || raw=$(curl -qsgik --path-as-is -A '' -H Accept: -m "$seconds" -w 'ended %{exitcode}' "$@" | head -c 2900 | tr '\000' '?')
  case $kind$raw in httpended*) [ -z "$place" ] || peer=$(identity "$place") ;; esac
  # One line by one write: others ask at the same time.
  echo "got $number $(printf %s "$raw" | base64 | tr -d '\n') $peer"
}
