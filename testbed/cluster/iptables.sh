# shellcheck shell=bash
# The rules that the testbed puts into iptables, and taking them out again. Sourced after config.sh.

RULE_MARK="$CLUSTER testbed"

# Pods may reach each other and the outside, also on a machine whose FORWARD policy is to drop.
iptables_add() {
  local rule=(-m comment --comment "$RULE_MARK")
  iptables -w 10 -I FORWARD -s "$POD_SUBNET" "${rule[@]}" -j ACCEPT
  iptables -w 10 -I FORWARD -d "$POD_SUBNET" "${rule[@]}" -j ACCEPT
  # The address of a Service for which kube-proxy has no rule yet would lead out of the machine, where a proxy of somebody
  # else's may answer in its place.
  iptables -w 10 -I FORWARD -d "$SERVICE_SUBNET" -p tcp "${rule[@]}" -j REJECT --reject-with tcp-reset
  iptables -w 10 -I OUTPUT -d "$SERVICE_SUBNET" -p tcp "${rule[@]}" -j REJECT --reject-with tcp-reset
  # A NodePort without endpoints is refused by kube-proxy in INPUT. What comes from this machine itself has passed POSTROUTING
  # by then, where the kernel remembers for 120 s that it was not translated: a new connection from the same source port
  # would be refused even though there are endpoints by now. So such a packet is refused on its way out, by the same rules.
  iptables -w 10 -N KUBE-EXTERNAL-SERVICES 2> /dev/null || true # kube-proxy's, which does not run yet
  iptables -w 10 -I OUTPUT -o lo "${rule[@]}" -j KUBE-EXTERNAL-SERVICES
  iptables -w 10 -t nat -A POSTROUTING -s "$POD_SUBNET" ! -d "$POD_SUBNET" "${rule[@]}" -j MASQUERADE
  # kube-network-policies judges a connection's first packet. In mangle, which comes before the chains where kube-proxy and
  # the testbed accept, and after a Service's address has become a pod's.
  iptables-restore -w 10 --noflush << R
*mangle
:TESTBED-POLICIES - [0:0]
-A FORWARD -j TESTBED-POLICIES
-A TESTBED-POLICIES -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN
-A TESTBED-POLICIES -s $POD_SUBNET -j NFQUEUE --queue-num $POLICY_QUEUE
-A TESTBED-POLICIES -d $POD_SUBNET -j NFQUEUE --queue-num $POLICY_QUEUE
COMMIT
R
}

# Takes out our rules and chains, and the chains of kube-proxy and the kubelet. Rules of others are not rewritten, nor their counters.
# What stays on a machine that had no rules at all: the kernel's own chains, empty.
iptables_remove() {
  local command
  for command in iptables ip6tables; do
    command -v $command-save > /dev/null || continue
    local changes
    changes=$("$command-save" 2> /dev/null | iptables_removal)
    [ -z "$changes" ] || "$command-restore" -w 10 --noflush <<< "$changes"
  done
}

# iptables-save's output in, the input of iptables-restore --noflush out.
iptables_removal() {
  awk -v mark="$RULE_MARK" '
    function flush_table() {
      if (rules chains == "") return
      printf "%s\n%s%s%sCOMMIT\n", table, rules, empties, chains
      rules = empties = chains = ""
    }
    /^\*/ { flush_table(); table = $0 }
    /^:(KUBE|TESTBED)-/ { name = substr($1, 2); empties = empties "-F " name "\n"; chains = chains "-X " name "\n" }
    /^-A / && $2 !~ /^(KUBE|TESTBED)-/ && (/ -j (KUBE|TESTBED)-/ || index($0, mark)) { sub(/^-A/, "-D"); rules = rules $0 "\n" }
    END { flush_table() }'
}
