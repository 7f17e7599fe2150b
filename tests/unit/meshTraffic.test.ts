import type * as pulumi from "@pulumi/pulumi";
import { MeshTraffic } from "../../components/services/meshTraffic";
import { Traffic } from "../../components/services/traffic";

const resource = (name: string) => ({ name }) as unknown as pulumi.Resource;
const [aReady, bReady] = [resource("a"), resource("b")];

function mesh(traffic: Traffic = {}) {
  const its = new MeshTraffic();
  its.join({ name: "a", options: { port: 80 }, path: "a.traffic", protocolReady: [aReady] });
  its.join({ name: "b", options: { port: 80, traffic }, path: "b.traffic", protocolReady: [bReady] });
  its.join({ name: "c", options: { port: 80 }, path: "c.traffic" });
  return its;
}

test.each<[Traffic, pulumi.Resource[]]>([
  [{}, []],
  [{ failover: ["a"] }, [aReady]],
  [{ failover: ["b", "c", "a"] }, [aReady, bReady]],
  [{ failover: ["c", "nobody"] }, []],
])("before %j is told to Consul, it knows who gets the requests", (traffic, ready) => {
  expect(mesh().readyFor(traffic)).toEqual(ready);
});

test("whom requests are sent on to has to be there, when all have joined", () => {
  const told = (failover: string[]) => mesh({ failover }).unresolved();
  expect(told(["a", "c"])).toEqual([]);
  expect(told(["nobody"])).toEqual([
    { propertyPath: "b.traffic", reason: expect.stringContaining('sends requests on to "nobody"') as string },
  ]);
});
