import * as pulumi from "@pulumi/pulumi";
import { ownDns, ownDnsWarnings } from "../../components/services/ownDns";

const dnsConfig = { options: [{ name: "ndots", value: "1" }] };

test("a pod with DNS settings of its own is not to ask Consul, with which the injector would refuse it", () => {
  const without = { "consul.hashicorp.com/consul-dns": "false" };
  expect(ownDns({ dnsConfig })).toEqual(without);
  expect(ownDns({ dnsConfig: pulumi.output(dnsConfig) })).toEqual(without);
  expect(ownDns({ dnsPolicy: "None" })).toEqual({});
  expect(ownDns(undefined)).toEqual({});
});

test("its calls by names that the sidecar alone knows are warned of", () => {
  const url = "http://payments.virtual.consul";
  const told = (options: Parameters<typeof ownDnsWarnings>[0]) => ownDnsWarnings(options);
  const reason =
    'has the pod ask other DNS servers than its sidecar, which alone knows the names that end in ".virtual.consul", and the pod has such a ' +
    "name; leave it out, unless those servers ask Consul";
  const warning = [{ propertyPath: "podSpec.dnsConfig", reason }];
  expect(told({ env: { PAYMENTS: url }, podSpec: { dnsConfig } })).toEqual(warning);
  expect(told({ args: [url], podSpec: { dnsConfig } })).toEqual(warning);
  expect(told({ command: ["call", url], podSpec: { dnsConfig } })).toEqual(warning);
  expect(told({ podSpec: { dnsConfig, containers: [{ name: "a", args: [url] }] } })).toEqual(warning);
  expect(told({ canary: { env: { PAYMENTS: url } }, podSpec: { dnsConfig } })).toEqual(warning);
  expect(told({ canary: { command: [url] }, podSpec: { dnsConfig } })).toEqual(warning);
  expect(told({ env: { PAYMENTS: "http://payments" }, podSpec: { dnsConfig } })).toEqual([]);
  expect(told({ env: { PAYMENTS: url }, podSpec: {} })).toEqual([]);
  expect(told({ env: { PAYMENTS: url } })).toEqual([]);
});
