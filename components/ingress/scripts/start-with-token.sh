# shellcheck shell=sh disable=SC2164 # the folder is a volume of the container, which does not start without it
# How Traefik starts: with a token of its own for each start, since it reads the token then and never again. The loop
# behind it ends Traefik when the token is taken away; Kubernetes then starts the container again. By $PPID, since
# Kubernetes makes one dollar of two in a command.

cd @TOKENS@
trap 'exit 0' TERM
rm -f token
: > wanted
until [ -e token ]; do sleep 0.2; done
(while [ -e token ]; do sleep 1; done; exec sh -c 'kill -TERM $PPID') &
cd /
export PATH="$PATH:/"
exec traefik "$@"
