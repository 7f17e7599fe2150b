import { parseSettings } from "../../settings";
import { settingsFrom } from "../../settings/read";
import { raw } from "../settings";

const whoami = { name: "whoami", image: "traefik/whoami:v1.10.3", port: 80 };
const service = (its: object) => ({ services: [{ ...whoami, ...its }] });

/** How values of the wrong shape are told: where they are, what they are not, and what to write instead. */
test.each<[Record<string, unknown>, string]>([
  [{ consulServers: '"3"' }, 'consulServers: "3" is not a whole number; leave the quotes out'],
  [{ consulServers: 1.5 }, "consulServers: 1.5 is not a whole number"],
  [{ consulAcls: '"true"' }, 'consulAcls: "true" is not true or false; leave the quotes out'],
  [{ consulAcls: '"no"' }, 'consulAcls: "no" is not true or false'],
  [{ consulAcls: 1 }, "consulAcls: 1 is not true or false"],
  [{ services: {} }, "services: {} is not a list"],
  [{ consulValues: [] }, "consulValues: [] is not an object"],
  [{ traefikResources: '"1"' }, 'traefikResources: "1" is not an object'],
  [service({ port: "http" }), 'services[0].port: "http" is not a number'],
  [service({ port: "-80.5" }), 'services[0].port: "-80.5" is not a number; leave the quotes out'],
  [service({ port: "80x" }), 'services[0].port: "80x" is not a number'],
  [service({ port: "x80" }), 'services[0].port: "x80" is not a number'],
  [service({ port: "80.25" }), 'services[0].port: "80.25" is not a number; leave the quotes out'],
  ...["33", "-33"].map((each): [Record<string, unknown>, string] => [
    { consulServers: `"${each}"` },
    `consulServers: "${each}" is not a whole number; leave the quotes out`,
  ]),
  ...["x3", "3x", "3.5"].map((each): [Record<string, unknown>, string] => [
    { consulServers: `"${each}"` },
    `consulServers: "${each}" is not a whole number`,
  ]),
  ...["atrue", "falsely"].map((each): [Record<string, unknown>, string] => [
    { consulAcls: `"${each}"` },
    `consulAcls: "${each}" is not true or false`,
  ]),
  [{ services: Array(11).fill({ ...whoami, port: {} }) }, "services[10].port: {} is not a number"],
  [service({ env: { "1a": [] } }), "services[0].env.1a: [] is not a string or an object"],
  [service({ env: { a1: [] } }), "services[0].env.a1: [] is not a string or an object"],
  [
    service({ autoscaling: "keda" }),
    'services[0].autoscaling: "keda" is not known; use external, or minReplicas and maxReplicas',
  ],
  [service({ autoscaling: [] }), "services[0].autoscaling: [] is not an object or a string"],
  [
    service({ autoscaling: { minReplicas: "1", maxReplicas: 2 } }),
    'services[0].autoscaling.minReplicas: "1" is not a number; leave the quotes out',
  ],
  [service({ image: 1 }), "services[0].image: 1 is not a string; put it in quotes"],
  [service({ image: true }), "services[0].image: true is not a string; put it in quotes"],
  [service({ image: [] }), "services[0].image: [] is not a string"],
  [service({ env: { A: 1 } }), "services[0].env.A: 1 is not a string or an object; put it in quotes"],
  [service({ env: { "a/b~c": [] } }), "services[0].env.a/b~c: [] is not a string or an object"],
  [
    service({ env: { A: { secretKeyRf: {} } } }),
    'services[0].env.A.secretKeyRf: is not a known key; did you mean "secretKeyRef"?',
  ],
  [service({ protocol: "htp" }), 'services[0].protocol: "htp" is not known; use http, http2, grpc or tcp'],
  [{ services: [{ name: "a", port: 80 }] }, "services[0].image: is missing"],
  [
    { traefikTlsOptions: { a: { minVersion: 1.3 } } },
    "traefikTlsOptions.a.minVersion: 1.3 is not known; use 1.2 or 1.3; put it in quotes",
  ],
  [
    { traefikTlsOptions: { a: { minVersion: 1.1 } } },
    "traefikTlsOptions.a.minVersion: 1.1 is not known; use 1.2 or 1.3",
  ],
  [
    { traefikTlsOptions: { a: { minVersion: ["1.3"] } } },
    'traefikTlsOptions.a.minVersion: ["1.3"] is not known; use 1.2 or 1.3',
  ],
  [{ egress: "shut" }, 'egress: "shut" is not known; use open or closed'],
  [{ imagePullPolicy: "Sometimes" }, 'imagePullPolicy: "Sometimes" is not known; use Always, IfNotPresent or Never'],
])("%j is refused with %s", (given, problem) => {
  const judged = parseSettings(raw(given));
  expect("problems" in judged && judged.problems.map((each) => `${each.propertyPath}: ${each.reason}`)).toContain(
    problem,
  );
});

test("a value that is wrong in one way is told once", () => {
  for (const given of [
    service({ protocol: 1 }),
    service({ env: { A: 1 } }),
    service({ image: 1 }),
    { egress: "shut" },
  ]) {
    const judged = parseSettings(raw(given));
    expect([given, "problems" in judged && judged.problems.length]).toEqual([given, 1]);
  }
});

test("a key of no setting is told by itself, also beside what is wrong below others", () => {
  const judged = settingsFrom({ consulServer: 1, services: [{ ...whoami, env: { A: {}, B: { secretKeyRef: 1 } } }] });
  expect("problems" in judged && judged.problems.map((each) => each.propertyPath)).toEqual(
    expect.arrayContaining(["consulServer", "services[0].env.B.secretKeyRef"]),
  );
});
