#!/usr/bin/env python3
"""Enforces NetworkPolicies on the testbed's one node, for its CNI plugin has no policy engine.

Stands in for that of a CNI such as Calico or Cilium: the packets of pods really are dropped, by iptables. It differs in
this: ingress rules only (a policy for egress is said to be unsupported, and nothing is dropped for it), IPv4, ports by
number only or by the name of a container's port, no SCTP. A change, or a new pod's address, is in force within a
moment, not before the pod starts. As with those CNIs, connections that are open stay open, and the node itself (the
kubelet's probes, kubectl port-forward, NodePorts asked from the node) reaches every pod.

    network-policies.py API-URL CA CERTIFICATE KEY
"""

import hashlib
import ipaddress
import json
import ssl
import subprocess
import sys
import time
import urllib.request

# In mangle, which comes before the chains where kube-proxy and the testbed accept, and after a Service's address has
# become a pod's.
TABLE, ROOT = "mangle", "TESTBED-POLICIES"
EVERY = 0.3  # seconds


def main(url, ca, certificate, key):
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(certificate, key)
    written = None
    while True:
        try:
            # Of the API server's cache, which costs it next to nothing.
            policies, pods, namespaces = (
                json.load(urllib.request.urlopen(f"{url}{path}?resourceVersion=0", context=context, timeout=10))["items"]
                for path in ("/apis/networking.k8s.io/v1/networkpolicies", "/api/v1/pods", "/api/v1/namespaces")
            )
            wanted = rules(policies, pods, namespaces)
            if wanted != written:
                subprocess.run(["iptables-restore", "-w", "10", "--noflush"], input=wanted, text=True, check=True)
                hook()
                written = wanted
        except Exception as problem:  # the API server comes and goes with the cluster: the next round has it
            print(problem, flush=True)
        time.sleep(EVERY)


def hook():
    jump = ["FORWARD", "-j", ROOT]
    if subprocess.run(["iptables", "-w", "10", "-t", TABLE, "-C", *jump], stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run(["iptables", "-w", "10", "-t", TABLE, "-A", *jump], check=True)


def rules(policies, pods, namespaces):
    """The whole of it as input of iptables-restore: a chain a pod that a policy isolates."""
    labels_of = {n["metadata"]["name"]: n["metadata"].get("labels", {}) for n in namespaces}
    alive = [
        pod
        for pod in pods
        if pod["status"].get("podIP")
        and not pod["spec"].get("hostNetwork")
        and pod["status"]["phase"] in ("Pending", "Running")
    ]
    chains, jumps, lines = [], [], []
    for pod in alive:
        guarding = [policy for policy in policies if isolates(policy, pod)]
        if not guarding:
            continue
        chain = "TESTBED-POD-" + hashlib.sha256(pod["metadata"]["uid"].encode()).hexdigest()[:12]
        chains.append(f":{chain} - [0:0]")
        jumps.append(f"-A {ROOT} -d {pod['status']['podIP']}/32 -j {chain}")
        allowed = set()
        for policy in guarding:
            for rule in policy["spec"].get("ingress", []):
                for source in sources(rule.get("from"), policy, alive, labels_of):
                    for port in ports(rule.get("ports"), pod):
                        allowed.add(f"-A {chain} {source} {port} -j RETURN".replace("  ", " "))
        lines += sorted(allowed) + [f"-A {chain} -j DROP"]
    established = f"-A {ROOT} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN"
    return "\n".join([f"*{TABLE}", f":{ROOT} - [0:0]", *chains, established, *jumps, *lines, "COMMIT", ""])


def isolates(policy, pod):
    spec = policy["spec"]
    return (
        policy["metadata"]["namespace"] == pod["metadata"]["namespace"]
        and "Ingress" in spec.get("policyTypes", ["Ingress"])
        and matches(spec.get("podSelector"), pod["metadata"].get("labels", {}))
    )


def sources(peers, policy, pods, labels_of):
    """What each peer is as a match of the packet's source; no peers at all are everybody."""
    if not peers:
        return [""]
    found = set()
    for peer in peers:
        if "ipBlock" in peer:
            block = ipaddress.ip_network(peer["ipBlock"]["cidr"])
            parts = [block]
            for hole in peer["ipBlock"].get("except", []):
                hole = ipaddress.ip_network(hole)
                parts = [q for p in parts for q in (p.address_exclude(hole) if hole.subnet_of(p) else [p])]
            found |= {f"-s {part}" for part in parts}
            continue
        for pod in pods:
            namespace = pod["metadata"]["namespace"]
            if "namespaceSelector" in peer:
                there = matches(peer["namespaceSelector"], labels_of.get(namespace, {}))
            else:
                there = namespace == policy["metadata"]["namespace"]
            if there and matches(peer.get("podSelector"), pod["metadata"].get("labels", {})):
                found.add(f"-s {pod['status']['podIP']}/32")
    return sorted(found)


def ports(entries, pod):
    if not entries:
        return [""]
    found = []
    for entry in entries:
        protocol, port = entry.get("protocol", "TCP").lower(), entry.get("port")
        if isinstance(port, str):
            named = [p for c in pod["spec"]["containers"] for p in c.get("ports", []) if p.get("name") == port]
            port = named[0]["containerPort"] if named else None
            if port is None:
                continue
        last = f":{entry['endPort']}" if "endPort" in entry else ""
        found.append(f"-p {protocol}" + (f" --dport {port}{last}" if port is not None else ""))
    return found


def matches(selector, labels):
    """Kubernetes' label selectors; none given or an empty one takes everything."""
    selector = selector or {}
    return all(labels.get(k) == v for k, v in (selector.get("matchLabels") or {}).items()) and all(
        holds(e, labels) for e in selector.get("matchExpressions") or []
    )


def holds(expression, labels):
    key, operator, values = expression["key"], expression["operator"], expression.get("values", [])
    return {
        "In": labels.get(key) in values and key in labels,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[operator]


if __name__ == "__main__":
    main(*sys.argv[1:])
