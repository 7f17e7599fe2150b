import { ingressTimeoutWarnings, timeoutWarnings } from "../../components/services/timeoutWarnings";

const routes = [{ host: "a.test" }];
const told = (requestTimeoutSeconds: number | undefined, ingress: object, more: object = { routes }) =>
  timeoutWarnings({ port: 80, requestTimeoutSeconds, ...more }, ingress).map((each) => each.reason);
const upload = (seconds: number) => expect.stringContaining(`ends an upload with 499 after ${seconds} s`) as unknown;
const answer = (seconds: number) => expect.stringContaining(`cuts an answer off after ${seconds} s`) as unknown;

test.each<[seconds: number | undefined, ingress: object, warnings: unknown[]]>([
  [undefined, { readTimeout: 1, writeTimeout: 1 }, []],
  [60, {}, []],
  [61, {}, [upload(60)]],
  [0, {}, [upload(60)]],
  [600, { readTimeout: 0 }, []],
  [600, { readTimeout: 600, writeTimeout: 600 }, []],
  [600, { readTimeout: 599 }, [upload(599)]],
  [600, { readTimeout: 0, writeTimeout: 599 }, [answer(599)]],
  [600, { writeTimeout: 30 }, [upload(60), answer(30)]],
  [0, { readTimeout: 0, writeTimeout: 0 }, []],
  [0, { readTimeout: 900, writeTimeout: 800 }, [upload(900), answer(800)]],
])("a service gives requests %s seconds, and Traefik %j", (seconds, ingress, warnings) => {
  expect(told(seconds, ingress)).toEqual(warnings);
});

test("only requests through a route end at Traefik, a canary's too", () => {
  expect(told(600, {}, {})).toEqual([]);
  expect(told(600, {}, { routes: [], canary: { weight: 10 } })).toEqual([]);
  expect(told(600, {}, { canary: { routes } })).toHaveLength(1);
});

test("it says how long each is, and where to make Traefik's longer", () => {
  const [read, write] = timeoutWarnings({ port: 80, requestTimeoutSeconds: 90, routes }, { writeTimeout: 5 }, "a.");
  expect(read.propertyPath).toBe("a.requestTimeoutSeconds");
  const where = "traefikRespondingTimeouts (of a TraefikConsulIngress: respondingTimeouts)";
  expect(read.reason).toBe(
    `gives requests 90 s, and Traefik ends an upload with 499 after 60 s; set readTimeout of ${where} to as many, or 0 for none`,
  );
  expect(write.reason).toBe(
    `gives requests 90 s, and Traefik cuts an answer off after 5 s; set writeTimeout of ${where} to as many, or 0 for none`,
  );
  const [endless] = timeoutWarnings({ port: 80, requestTimeoutSeconds: 0, routes }, {});
  expect(endless.propertyPath).toBe("requestTimeoutSeconds");
  expect(endless.reason).toMatch(/^lets requests go on without an end, /);
});

test("a service without an ingress is held against none, and one with it against that one's", () => {
  const own = { port: 80, requestTimeoutSeconds: 90, routes };
  expect(ingressTimeoutWarnings("It", own)).toEqual([]);
  const ingress = { respondingTimeouts: { readTimeout: 70 } };
  expect(ingressTimeoutWarnings("It", { ...own, ingress }).map((each) => each.reason)).toEqual([upload(70)]);
  const wrong = { canary: { routes: {} as never }, ...own, ingress };
  expect(() => ingressTimeoutWarnings("It", wrong)).toThrow("It: 1 problem\n  canary.routes: {} is not of the form");
});
