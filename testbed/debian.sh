# shellcheck shell=bash
# Debian packages, taken through the machine's own apt (its sources, keys and proxies) and unpacked into the cache.
# Nothing is installed: no service is started or enabled, and a containerd or etcd of the machine's own stays as it is.
# Sourced after lib.sh.

# fetch_debs FOLDER with|without-dependencies PACKAGE...
fetch_debs() {
  command -v apt-get > /dev/null || die "apt-get is missing: the testbed takes etcd, containerd and others from Debian's packages"
  mkdir -p "$1/partial"
  local options=(-y -qq --no-install-recommends -o "Dir::Cache::archives=$1" -o Debug::NoLocking=1 -o APT::Sandbox::User=root)
  if [ "$2" = with-dependencies ]; then
    : > "$1/status" # as on a machine with nothing installed, so that every dependency comes along
    options+=(-o "Dir::State::status=$1/status" --download-only install)
  else
    options+=(download)
  fi
  # The package lists may never have been fetched, or name files that are gone.
  (cd "$1" && apt-get "${options[@]}" "${@:3}" > log 2>&1) ||
    { apt-get -qq update >> "$1/log" 2>&1 && (cd "$1" && apt-get "${options[@]}" "${@:3}" >> log 2>&1); } ||
    { tail -n 5 "$1/log" >&2 && die "apt-get could not fetch: ${*:3}"; }
}

# unpack_debs FOLDER ROOT: their files, without running anything of theirs
unpack_debs() {
  local deb
  for deb in "$1"/*.deb; do
    # A merged-usr root has links where packages have folders: keep the links.
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$2" --keep-directory-symlink
  done
}
