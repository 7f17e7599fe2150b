# shellcheck shell=sh disable=SC2170 # a number is filled in
# In `sh` with `curl`: says when the other pod was reached, and when it was no more, as a policy wants it.

reached() { curl --silent --output /dev/null --max-time 2 "http://called:@PORT@/v1/status/leader"; }
tries=0
until reached; do
  tries=$((tries + 1))
  [ "$tries" -lt @TRIES_SECONDS@ ] || { echo unreached; exit; }
  sleep 1
done
echo reached
while reached; do sleep 0.5; done
echo closed
sleep 3600
