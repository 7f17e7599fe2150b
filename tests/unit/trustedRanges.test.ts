import { isOfStrangers } from "../../components/shared/trustedRanges";

const STRANGERS = [
  ...["0.0.0.0/0", "10.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/7"],
  ...["::/0", "fd00::/0", "::/1", "8000::/1", "2000::/3", "2002::/16", "fc00::/6"],
  // All of IPv4, as Go reads it or a translator writes it, and half of it.
  ...["::ffff:0.0.0.0/96", "::ffff:0:0/96", "0:0:0:0:0:ffff:0:0/96", "::FFFF:128.0.0.0/97", "64:ff9b::/96"],
];
const OWNED = [
  ...[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "203.0.113.0/24",
    "203.0.113.7/32",
    "203.0.113.7",
  ],
  ...["fc00::/7", "fd00::/8", "fe80::/10", "2001:db8::/32", "2600::/17", "::1/128", "::1"],
  ...["::ffff:10.0.0.0/104", "::ffff:203.0.113.7", "64:ff9b::a00:0/104"],
];

test.each(STRANGERS)("%s is more than one owner has", (range) => expect(isOfStrangers(range)).toBe(true));
test.each(OWNED)("%s is somebody's", (range) => expect(isOfStrangers(range)).toBe(false));
test.each(["balancer.example", "balancer.example/3", "10.0.0.0/", "", "::/129"])(
  "%j is for others to refuse",
  (range) => expect(isOfStrangers(range)).toBe(false),
);
