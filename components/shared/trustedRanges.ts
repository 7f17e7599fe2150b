import * as net from "node:net";
import { isCidr } from "./names";

/** Addresses that networks give out for themselves; those of their members alone have them. */
const LOCAL = new net.BlockList();
LOCAL.addSubnet("fc00::", 7, "ipv6");
LOCAL.addSubnet("fe80::", 10, "ipv6");

/** All of IPv4 within IPv6: as Go takes it for IPv4, and as a translator (NAT64) writes it. */
const IPV4 = new net.BlockList();
IPV4.addSubnet("::ffff:0:0", 96, "ipv6");
IPV4.addSubnet("64:ff9b::", 96, "ipv6");

/**
 * Whether a range in CIDR notation is wider than anything that one owner has, so that a few of them are everybody: IPv4 beyond
 * a /8, IPv6 from a /16 on, unless it is local.
 */
export function isOfStrangers(range: string): boolean {
  const [address, length] = range.split("/");
  if (!isCidr(range)) {
    return false;
  }
  const within = (addresses: net.BlockList) => addresses.check(address, "ipv6");
  const least = net.isIPv4(address) ? 8 : within(IPV4) ? 96 + 8 : within(LOCAL) ? 7 : 17;
  return Number(length) < least;
}
