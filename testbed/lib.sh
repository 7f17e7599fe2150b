# shellcheck shell=bash
# Where things lie and how the scripts of the testbed speak. Sourced by all of them.

TESTBED=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/consul-traefik-mesh
# What the scripts share; not every one of them uses all of it.
# shellcheck disable=SC2034
{
  BIN=$CACHE/bin                # every tool by name: links into $CACHE/tools, or to a tool of the user's
  STATE=$CACHE/state            # of the cluster that runs now, or ran last
  PULUMI_HOME_DIR=$CACHE/pulumi # the CLI's plugins and stacks, apart from the user's own
}

say() { printf '%s\n' "$*"; }

# What a second run would only repeat; testbed/up leaves it out.
say_unchanged() { [ -n "${TESTBED_QUIET:-}" ] || say "$*"; }

# die WHAT-IS-MISSING: one line, so that it can be read
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# One at a time for each NAME; the lock goes when the process does, however it ends.
lock() { # NAME
  mkdir -p "$CACHE"
  exec {LOCK_FD}> "$CACHE/$1.lock"
  flock -n "$LOCK_FD" || {
    say "waiting for another run that holds $CACHE/$1.lock" >&2
    flock "$LOCK_FD"
  }
}

# A name for what FILES and folders, and the words on stdin, amount to.
content_hash() { # FILE...
  {
    cat
    # Names relative to the testbed: a clone elsewhere has the same cache.
    (cd "$TESTBED" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
  } | sha256sum | cut -c1-12
}
