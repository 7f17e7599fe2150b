import * as fs from "node:fs";
import * as path from "node:path";
import { refusal } from "../refusal";
import { UNREACHABLE, workspace, Workspace } from "../workspace";

let open: Workspace | undefined;

async function without(cluster: string, like: string, settings: Record<string, unknown>): Promise<Workspace> {
  open = await workspace(like, settings);
  const kubeconfig = path.join(open.directory, "kubeconfig");
  fs.writeFileSync(kubeconfig, cluster);
  open.stack.workspace.envVars.KUBECONFIG = kubeconfig;
  return open;
}

afterEach(async () => open?.remove());

test("without a cluster, preview still tells what the stack would make", async () => {
  const { stack } = await without(UNREACHABLE, "local", {});
  const { changeSummary } = await stack.preview();
  expect(changeSummary).toEqual({ create: 32 });
});

test("without a cluster, up ends with a clear answer and makes nothing", async () => {
  const { stack } = await without(UNREACHABLE, "local", {});
  await expect(stack.up()).rejects.toThrow(/cluster is unreachable/);
  const { deployment } = await stack.exportStack();
  // What does something at a destroy alone is in the state, and nowhere else.
  const made = (deployment.resources ?? []).filter(
    (r: any) => r.custom && !/^(pulumi:providers|pulumi-nodejs):/.test(r.type),
  );
  expect(made).toEqual([]);
  // What is declared says where, by file and line, as far back as where the program begins.
  const mesh = deployment.resources?.find((r: any) => r.type === "consul-traefik-mesh:index:ConsulMesh");
  const places = [mesh, ...mesh.stackTrace].map(({ sourcePosition }) => /[^/]+(?=,)/.exec(sourcePosition)?.[0]);
  const declared = place("stacks/platform.ts", "new ConsulMesh(");
  expect(places).toEqual([declared, declared, place("index.ts", "platformStack(settings, others)")]);
});

/** Where a text stands in a file of the program, as `index.ts#1`. */
function place(file: string, text: string): string {
  const before = fs.readFileSync(file, "utf8").split(text)[0];
  return `${path.basename(file)}#${before.split("\n").length}`;
}

const whoami = { image: "localhost/whoami:1.10.3", port: 80 };

test("wrong settings are refused by preview, all at once, before any resource", async () => {
  const { stack, directory } = await without(UNREACHABLE, "local", {
    services: [
      { ...whoami, name: "a", routes: [{ host: "a.test", middlewares: [{ stripPrefixes: {} }, { basicAuth: {} }] }] },
      { ...whoami, name: "b", routes: [{ rule: "Host(`a.test`)" }, { rule: "Host(`c.test`,`d.test`)" }] },
      { ...whoami, name: "c", routes: [{ host: "e.test", tls: { certResolver: "le" } }] },
      { ...whoami, name: "d", routes: [{ host: "f.test", entryPoints: ["web"], tls: {} }] },
      { ...whoami, name: "e", routes: [{ host: "g.test", middlewares: [{ basicAuth: { userList: "ops" } }] }] },
    ],
    consulServers: 2,
    traefikNamespace: "consul-system",
    traefikNodePortWeb: 80,
    consulServer: 3,
    settingsFiles: ["more.json"],
    consulValues: { server: { affinity: null } },
    intentions: [{ source: "traefik-system-ingress", destination: "nobody" }],
  });
  const more = { services: [{ ...whoami, name: "f", routes: [{ host: "h.test", entryPoints: ["tls"] }] }] };
  fs.writeFileSync(path.join(directory, "more.json"), JSON.stringify(more));
  const message = await refusal(stack.preview());
  expect(message).toContain("configuration of stack test: 14 problems");
  expect(message).toContain('more.json: services[0].routes[0].entryPoints[0]: "tls" is not an entry point');
  expect(message).toContain('consulServer: is not a known key; did you mean "consulServers"?');
  expect(message).toContain("consulServers: 2 servers have no useful quorum; use 1, 3, 5 or 7");
  expect(message).toContain(
    "consulValues.server.affinity: is null, which @pulumi/kubernetes drops before version 4.30",
  );
  expect(message).toContain('traefikNamespace: the namespace "consul-system" is that of consulNamespace too');
  expect(message).toContain("traefikNodePortWeb: 80 is out of range; use a whole number from 30000 to 32767");
  expect(message).toContain('intentions[0].destination: "nobody" is not a service of this stack');
  const routes = [
    '[0].routes[0].middlewares[0]: "stripPrefixes" is not a middleware that Traefik knows; did you mean "stripPrefix"?',
    "[0].routes[0].middlewares[1].basicAuth.userList: is not set; name a user list of the ingress, which has them from a Secret",
    '[1].routes[0]: the rule "Host(`a.test`) on web" is that of services[0].routes[0] too; give each its own',
    '[1].routes[1].rule: "Host(`c.test`,`d.test`)" is in the syntax of Traefik v2; in v3 it is Host(`c.test`) || Host(`d.test`)',
    '[2].routes[0].tls.certResolver: "le" is not a certificate resolver of the ingress; it has none: declare it',
    "[3].routes[0].tls: is for websecure, but web speaks plain HTTP; leave entryPoints out",
    '[4].routes[0].middlewares[0].basicAuth.userList: "ops" is not a user list of the ingress; there are none. Declare it with its Secret in traefikUserLists (of a TraefikConsulIngress: userLists)',
  ];
  for (const route of routes) {
    expect(message).toContain(`services${route}`);
  }
  expect(message).not.toContain("at parseSettings");
});
