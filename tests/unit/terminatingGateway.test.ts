import {
  caFileOf,
  DESTINATION_CAS,
  destinationCas,
  gatewayValues,
  isOwnGateway,
  TERMINATING_GATEWAY,
} from "../../components/chart/terminatingGateway";

const plain = { name: "mail" };
const own = (caCertificate: string) => ({ name: "bank", tls: { caCertificate } });
const asText = (more: Record<string, string>) => (Object.keys(more).length > 0 ? JSON.stringify(more) : undefined);

test("nothing goes through a gateway where there are no destinations", () => {
  expect(gatewayValues({}, asText)).toBeUndefined();
  expect(gatewayValues({ externalDestinations: [] }, asText)).toBeUndefined();
  expect(destinationCas({})).toEqual({});
});

test("a destination is verified by its own CA where it has one, by the system's roots else", () => {
  expect(caFileOf("mail", undefined)).toBe("/etc/ssl/certs/ca-certificates.crt");
  expect(caFileOf("bank", "PEM")).toBe(`/consul/userconfig/${DESTINATION_CAS}/bank.crt`);
  expect(destinationCas({ externalDestinations: [plain, { name: "b", tls: {} }, own("PEM")] })).toEqual({
    "bank.crt": "PEM",
  });
});

test("the gateway mounts the CAs where there are some, and starts anew when they are others", () => {
  const gateway = (...externalDestinations: object[]) =>
    (gatewayValues({ externalDestinations: externalDestinations as never }, asText) as any).gateways[0];
  expect(gatewayValues({ externalDestinations: [plain] }, asText)).toEqual({
    enabled: true,
    gateways: [{ name: "terminating-gateway" }],
  });
  const { extraVolumes, annotations } = gateway(plain, own("PEM"));
  expect(extraVolumes).toEqual([{ type: "configMap", name: "consul-destination-cas" }]);
  expect(Object.keys(JSON.parse(annotations))).toEqual(["consul-traefik-mesh/destination-cas"]);
  expect(gateway(own("PEM"), plain).annotations).toBe(annotations);
  expect(gateway(own("another")).annotations).not.toBe(annotations);
});

test.each<[what: string, values: object, own: boolean]>([
  ["its own", { enabled: true, gateways: [{ name: TERMINATING_GATEWAY }] }, true],
  ["one that is off", { enabled: false, gateways: [{ name: TERMINATING_GATEWAY }] }, false],
  ["another", { enabled: true, gateways: [{ name: "mine" }, { name: TERMINATING_GATEWAY }] }, false],
  ["none", { enabled: true, gateways: [] }, false],
  [
    "something else",
    { enabled: true, gateways: { name: TERMINATING_GATEWAY, 0: { name: TERMINATING_GATEWAY } } },
    false,
  ],
])("a gateway is known: %s", (_, terminatingGateways, expected) => {
  expect(isOwnGateway({ terminatingGateways })).toBe(expected);
});

test("values without gateways have none of its own", () => {
  expect(isOwnGateway({})).toBe(false);
});
