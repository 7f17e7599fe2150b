#!/bin/sh
# Of the image localhost/traefik: as in the released image, arguments alone are Traefik's.
set -e
case ${1:-} in
  '' | -*) set -- traefik "$@" ;;
esac
exec "$@"
