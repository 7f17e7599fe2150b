#!/bin/sh
# Of the image localhost/shop/db: what the released image of PostgreSQL does at its start, by the variables that the shop sets.
set -e
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
export PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf %s "$POSTGRES_PASSWORD" > /tmp/password
  # shellcheck disable=SC2086 # arguments
  initdb --username="$POSTGRES_USER" --pwfile=/tmp/password $POSTGRES_INITDB_ARGS
  rm /tmp/password
  pg_ctl --wait start -o "-c listen_addresses= -c unix_socket_directories=/var/run/postgresql"
  export PGHOST=/var/run/postgresql
  createdb --username="$POSTGRES_USER" "$POSTGRES_DB"
  for file in /docker-entrypoint-initdb.d/*.sql; do
    psql --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --set=ON_ERROR_STOP=1 --file="$file"
  done
  pg_ctl --wait stop
fi
exec postgres -c 'listen_addresses=*' -c unix_socket_directories=/var/run/postgresql
