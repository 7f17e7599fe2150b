#!/bin/sh
# Of the image localhost/consul, at the place where charts call it. Upstream's also drops root and fixes ownership:
# pods of the charts run as uid 100 from the start.
set -e
case ${1:-} in
  -*) set -- consul "$@" ;;
  agent)
    shift
    set -- consul agent -data-dir=/consul/data -config-dir=/consul/config "$@"
    ;;
esac
exec "$@"
