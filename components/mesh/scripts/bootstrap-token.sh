# shellcheck shell=sh disable=SC2013 # accessors have no blanks
# Revokes what the servers were given before, or Consul bootstrapped: by now all servers hold the present one.

# shellcheck source=ready.sh
. ./ready.sh

consul acl token read -self -format=pretty > self
consul acl token list -format=pretty > tokens
own=$(sed -n 's/^AccessorID: *//p' self)
[ -n "$own" ]
for accessor in $(awk '
  /^AccessorID:/ { accessor = $2 }
  /^Description: *(Initial Management Token|Bootstrap Token [(]Global Management[)])$/ { print accessor }
' tokens); do
  [ "$accessor" = "$own" ] || consul acl token delete -id="$accessor"
done
