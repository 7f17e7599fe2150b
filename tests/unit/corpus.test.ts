import { parseSettings, SETTINGS_SCHEMA } from "../../settings";
import { EVERYTHING } from "../everything";
import { DECLARED_SETTINGS, raw } from "../settings";

/** Without what is for node ports. */
const BALANCED = { traefikServiceType: "LoadBalancer", traefikTcpEntryPoints: {}, services: [], intentions: [] };

/** Settings that exclude others of the corpus, each with what goes with it. */
const BESIDE: Record<string, Record<string, unknown>> = {
  consulExternalServers: {
    consulExternalServers: {
      hosts: ["consul.example.com"],
      httpsPort: 8501,
      grpcPort: 8502,
      kubernetesApi: "https://10.0.0.1",
    },
    consulCa: { certificate: { secretName: "ca", secretKey: "key" } },
    consulGossipEncryption: false,
    consulGossipKeySecret: {},
    rotations: {},
  },
  consulChartPath: {
    consulChartPath: "testbed/charts/consul",
    consulImage: "",
    consulK8sImage: "",
    consulDataplaneImage: "",
    services: [],
    intentions: [],
  },
  traefikLoadBalancerClass: { ...BALANCED, traefikLoadBalancerClass: "example.com/class" },
  traefikLoadBalancerSourceRanges: { ...BALANCED, traefikLoadBalancerSourceRanges: ["10.0.0.0/8"] },
  traefikAutoscaling: {
    traefikAutoscaling: { minReplicas: 1, maxReplicas: 3, cpuUtilization: 70 },
    traefikCertificateResolvers: {},
    services: [],
    intentions: [],
  },
  traefikDisruptionBudget: { traefikDisruptionBudget: { maxUnavailable: 1 } },
  workloads: {
    workloads: [
      {
        name: "legacy",
        port: 8080,
        namespace: "legacy-apps",
        workload: { kind: "StatefulSet", name: "legacy-db" },
        protocol: "http",
        existingService: "legacy-service",
        existingServiceAccount: true,
        routes: [{ host: "legacy.example.com" }],
        calls: [{ destination: "shop" }],
      },
      { name: "older", port: 8080, servicePort: 80 },
    ],
  },
  jobs: {
    jobs: [
      {
        name: "nightly",
        image: "registry.example.com/nightly:1",
        schedule: "0 3 * * *",
        timeZone: "Europe/Berlin",
        concurrencyPolicy: "Forbid",
        suspend: false,
        startingDeadlineSeconds: 60,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 1,
        parallelism: 2,
        completions: 8,
        completionMode: "Indexed",
        backoffLimit: 2,
        activeDeadlineSeconds: 600,
        calls: [{ destination: "shop" }],
      },
      { name: "migrate", image: "registry.example.com/shop:1.4.2" },
    ],
    services: (EVERYTHING.services as object[]).map((each) => ({ ...each, after: ["migrate"] })),
  },
  teams: { teams: [{ stack: "organization/consul-traefik-mesh/orders", namespace: "orders" }] },
  settingsFiles: { settingsFiles: ["tests/settingsFile.yaml"] },
  meshStack: {
    meshStack: "organization/consul-traefik-mesh/prod",
    externalDestinations: [],
    jwtProviders: [],
    tracing: {},
  },
};

/** What no input of any kind can be. */
const MALFORMED: readonly (readonly [what: string, value: unknown])[] = [
  ["null", null],
  ["a part of a number", -1.5],
  ["a list of lists", [[1]]],
  ["a nested object", { a: { b: { c: [[null]] } } }],
  ["a prototype's key", JSON.parse('{"constructor": {}, "toString": 1}')],
  ["the prototype itself", JSON.parse('{"__proto__": {"polluted": true}}')],
];

/** What no text can be but one that is written as it stands. */
const HOSTILE: readonly (readonly [what: string, value: string])[] = [
  ["a NUL", "a\u0000b"],
  ["a text that is too long", "x".repeat(200_000)],
  ["lines and backticks", "a`\n||`b"],
];
/** Texts that are free, or have each a rule of their own: of these, nothing is expected but an answer. */
const FREE =
  /^(consulChartRepository|consulChartPath|traefik(ServiceAnnotations|ServiceAccountAnnotations|PodAnnotations|PodSpec|Environment)|rotations|externalJwtProviders|consulValues)|\.(description|args|command|env|exec|podAnnotations|serviceAccountAnnotations|podSpec|regex|exact|prefix|suffix|contains|value|pathRegex|verifyClaims|customRequestHeaders|profile|priorityClassName|cookie)\b/;

type Path = readonly (string | number)[];

/** The paths of all that is in a value, itself and what is within. */
function paths(value: unknown, at: Path = []): Path[] {
  return typeof value === "object" && value !== null
    ? [
        at,
        ...Object.entries(value).flatMap(([key, inner]) =>
          paths(inner, [...at, Array.isArray(value) ? Number(key) : key]),
        ),
      ]
    : [at];
}

function replaced(value: any, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) {
    return by;
  }
  return Array.isArray(value)
    ? value.map((each, i) => (i === key ? replaced(each, rest, by) : each))
    : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, k === key ? replaced(v, rest, by) : v]));
}

const settingsOf = (key: string) => ({ ...EVERYTHING, ...BESIDE[key] });
const inWords = (path: Path) =>
  path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .slice(1);

/** What preview says of settings; fails where that is no clear answer. */
function said(settings: Record<string, unknown>): string[] {
  const result = parseSettings(raw(settings));
  const problems = "problems" in result ? result.problems : [];
  for (const { propertyPath, reason } of problems) {
    expect([propertyPath, reason]).toEqual([expect.stringMatching(/\S/), expect.stringMatching(/^\S/)]);
    expect(`${propertyPath}: ${reason}`).not.toMatch(/undefined|\[object|native code|TypeError|\n\s+at |NaN|function /);
  }
  return problems.map((p) => `${p.propertyPath}: ${p.reason}`);
}

test("each setting is in the corpus, and the corpus is right", () => {
  expect([...new Set([...Object.keys(EVERYTHING), ...Object.keys(BESIDE)])].sort()).toEqual(
    Object.keys(SETTINGS_SCHEMA.properties).sort(),
  );
  for (const key of ["", ...Object.keys(BESIDE)]) {
    expect([key, said(settingsOf(key))]).toEqual([key, []]);
  }
});

describe.each(Object.keys(DECLARED_SETTINGS))("%s", (setting) => {
  const settings: Record<string, unknown> = settingsOf(setting);
  const isText = typeof settings[setting] === "string";
  const all = paths(settings[setting]).map((path) => [setting, ...path]);

  test("malformed, the whole or a part of it, is refused with its path", () => {
    // A setting that is a text has every text, JSON too.
    for (const [what, value] of isText ? [] : MALFORMED) {
      for (const path of all) {
        const problems = said(replaced(settings, path, isText ? JSON.stringify(value) : value) as any);
        if (!(isText && FREE.test(setting)) && !FREE.test(inWords(path))) {
          expect([what, inWords(path), problems]).toEqual([
            what,
            inWords(path),
            expect.arrayContaining([expect.any(String)]),
          ]);
        }
      }
    }
    expect(({} as any).polluted).toBeUndefined();
  });

  test("hostile as a text, it is refused, or taken as it stands where any text is", () => {
    for (const [what, value] of HOSTILE) {
      for (const path of all) {
        const before = path.reduce<any>((inner, key) => inner[key], settings);
        if (typeof before === "string") {
          const problems = said(replaced(settings, path, value) as any);
          if (!FREE.test(inWords(path))) {
            expect([what, inWords(path), problems.length > 0]).toEqual([what, inWords(path), true]);
          }
        }
      }
    }
  });

  test("of another type, it is refused with its path", () => {
    const wrong = ["null", "[]", "{}", "1.5", "true", '"text"', "not JSON", '{"a": [{"b": null}]}'];
    const type = DECLARED_SETTINGS[setting].type as string;
    const isOf = (text: string) => {
      const value = (() => {
        try {
          return JSON.parse(text) as unknown;
        } catch {
          return undefined;
        }
      })();
      return type === "array"
        ? Array.isArray(value)
        : type === "object"
          ? typeof value === "object" && value !== null && !Array.isArray(value)
          : typeof value === type;
    };
    for (const text of type === "string" ? [] : wrong.filter((each) => !isOf(each))) {
      const result = parseSettings({ ...raw(settings), [setting]: text });
      expect([text, "problems" in result && result.problems[0].propertyPath]).toEqual([text, setting]);
    }
  });
});

test.each(["constructor", "toString", "__proto__", "hasOwnProperty", "", "a\nb", "x".repeat(10_000)])(
  "a setting that nobody knows is refused",
  (key) => {
    const result = parseSettings(JSON.parse(JSON.stringify(raw({})).replace(/\}$/, `,${JSON.stringify(key)}:"1"}`)));
    expect("problems" in result && result.problems[0].reason).toMatch(/^is not a known key; did you mean "\w+"\?$/);
  },
);
