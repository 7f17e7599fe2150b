import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, traefik, workload } from "./resources";

useAnalyzer();
const flags = (...args: string[]) => traefik({ args });
const door = (targetPort: number | string) =>
  kube("v1", "Service", "door", {
    spec: { type: "LoadBalancer", selector: { app: "traefik" }, ports: [{ port: 80, targetPort }] },
  });
const opened = (port: number) => `a Service of type LoadBalancer opens Traefik's own entry point at port ${port}`;
const at = (address: string, name = "traefik") => `--entrypoints.${name}.address=${address}`;
const uses = ["--ping.entrypoint", "--metrics.prometheus.entrypoint"];

cases("traefik-dashboard-login", [
  blocks("the port that nothing tells", [flags(), door(8080)], opened(8080)),
  blocks("the port that nothing tells, beside public ones", [flags(at(":80", "web")), door(8080)], opened(8080)),
  passes("8080 where it is elsewhere", [flags(at(":9000")), door(8080)]),
  passes("8080 where another entry point has it", [flags(at(":8080/tcp", "web")), door(8080)]),
  passes("a Service to a port by a name that no container has", [flags(at(":80", "web")), door("elsewhere")]),
  ...[
    ":9000",
    "0.0.0.0:9000",
    "[::]:9000/tcp",
    "[fd00:1::2]:9000",
    ":9000/udp",
    "10.127.0.1:9000",
    "a.localhost:9000",
  ].map((address) => blocks(`the address ${address}`, [flags(at(address)), door(9000)], opened(9000))),
  ...["127.0.0.1:9000", "localhost:9000", "[::1]:9000"].map((address) =>
    passes(`the address ${address}, of its own pod alone`, [flags(at(address)), door(9000)]),
  ),
  ...uses.flatMap((use) => [
    ...["inner", "Inner", "webhooks", "my-web", "httpsx"].map((name) =>
      blocks(`${use}=${name}`, [flags(at(":9000", name.toLowerCase()), `${use}=${name}`), door(9000)], opened(9000)),
    ),
    ...["web", "websecure", "http", "https"].map((name) =>
      passes(`${use}=${name}, which is public`, [flags(at(":9000", name), `${use}=${name}`), door(9000)]),
    ),
    passes(`${use} of what is not declared`, [flags(at(":9000", "web"), `${use}=inner`), door(9000)]),
  ]),
  passes("options that only sound like an address", [
    flags(at(":9001"), "--entrypoints.traefik.address.x=:9000", "--x.entrypoints.traefik.address=:9000"),
    door(9000),
  ]),
  blocks(
    "a port of the node, said once",
    [traefik({ args: uses.map((use) => `${use}=traefik`), ports: [{ containerPort: 8080, hostPort: 80 }] })],
    "opens Traefik's own entry point at port 8080 of its node",
  ),
  passes("the network of the node, where it is not known yet", [
    workload("traefik", { container: { image: "traefik:v3.7.9" }, pod: { hostNetwork: UNKNOWN } }),
  ]),
]);
