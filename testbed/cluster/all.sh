# shellcheck shell=bash
# All that up, down, status and dump know of the cluster. Sourced after lib.sh.

# shellcheck source-path=SCRIPTDIR  source=config.sh
. "$TESTBED/cluster/config.sh"
# shellcheck source-path=SCRIPTDIR  source=cgroup.sh
. "$TESTBED/cluster/cgroup.sh"
# shellcheck source-path=SCRIPTDIR  source=iptables.sh
. "$TESTBED/cluster/iptables.sh"
# shellcheck source-path=SCRIPTDIR  source=clean.sh
. "$TESTBED/cluster/clean.sh"
# shellcheck source-path=SCRIPTDIR  source=pki.sh
. "$TESTBED/cluster/pki.sh"
# shellcheck source-path=SCRIPTDIR/../images  source=images.sh
. "$TESTBED/images/images.sh"
# shellcheck source-path=SCRIPTDIR  source=containerd.sh
. "$TESTBED/cluster/containerd.sh"
# shellcheck source-path=SCRIPTDIR  source=parts.sh
. "$TESTBED/cluster/parts.sh"
# shellcheck source-path=SCRIPTDIR  source=health.sh
. "$TESTBED/cluster/health.sh"
