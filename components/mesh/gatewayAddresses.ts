import * as net from "node:net";

/** Addresses that mean the gateway's own pod, where Envoy's admin port is. */
const OWN_ADDRESSES = new net.BlockList();
OWN_ADDRESSES.addSubnet("127.0.0.0", 8);
OWN_ADDRESSES.addAddress("0.0.0.0");
OWN_ADDRESSES.addAddress("::1", "ipv6");
OWN_ADDRESSES.addAddress("::", "ipv6");

/** Whether a host is the pod of the gateway that would reach it. */
export function isOwnAddress(host: string): boolean {
  return /(^|\.)localhost$/.test(host) || OWN_ADDRESSES.check(host, familyOf(host));
}

const NODE_ADDRESSES = new net.BlockList();
NODE_ADDRESSES.addSubnet("169.254.0.0", 16);
NODE_ADDRESSES.addSubnet("fe80::", 10, "ipv6");
// The metadata of EC2, by IPv6.
NODE_ADDRESSES.addSubnet("fd00:ec2::", 32, "ipv6");

/** Whether a host is one at which a node, or its cloud, answers by who asks. */
export function isNodeAddress(host: string): boolean {
  return /^metadata\.(google\.internal|goog)$/.test(host) || NODE_ADDRESSES.check(host, familyOf(host));
}

function familyOf(host: string): net.IPVersion {
  return net.isIPv6(host) ? "ipv6" : "ipv4";
}
