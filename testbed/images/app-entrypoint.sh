#!/bin/sh
# Stands in for a reader's own service, such as the examples in docs/ have: whoami on each port that they name.
trap 'kill 0' TERM
for port in 80 5432 8080; do
  whoami --port "$port" &
done
wait
