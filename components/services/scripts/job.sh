# shellcheck shell=sh
# Runs a job's command, given as arguments, as the shell of the job's image: first waits for the sidecar, and at the end tells it to
# end; whatever the command's own end was is that of the job.

if command -v curl > /dev/null; then
  ready() { curl -sf -m 2 -o /dev/null @READY@; }
  end() { curl -sf -m 5 -o /dev/null -X POST @END@; }
elif command -v wget > /dev/null; then
  ready() { wget -q -T 2 -O /dev/null @READY@; }
  end() { wget -q -T 5 -O /dev/null --post-data= @END@; }
else
  echo "the image has neither curl nor wget, to tell the sidecar of the job's end" >&2
  exit 127
fi
tries=0
until ready || [ "$tries" -ge 60 ]; do tries=$((tries + 1)); sleep 1; done
"$@" &
child=$!
trap 'kill -TERM "$child"' TERM INT
wait "$child"; code=$?
# A signal ends the wait before the command.
while kill -0 "$child" 2> /dev/null; do wait "$child"; code=$?; done
end || echo "the sidecar was not told of the job's end" >&2
exit "$code"
