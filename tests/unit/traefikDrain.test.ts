import { ConsulMesh, TraefikConsulIngress, TraefikOptions, traefikProblems } from "../../components";
import { neededGraceSeconds } from "../../components/ingress/traefikDrain";
import { find, record } from "../recorder";

async function podOf(options: TraefikOptions) {
  const recorded = await record(
    () => new TraefikConsulIngress("traefik", { mesh: new ConsulMesh("consul"), ...options }),
  );
  return find(recorded, "traefik-deployment").props.spec.template.spec;
}

const told = (options: TraefikOptions) =>
  traefikProblems(options, "x.").map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
const graceOf = async (options: TraefikOptions) => (await podOf(options)).terminationGracePeriodSeconds;
const lifeCycle = (entryPoint: string) => `entryPoints.${entryPoint}.transport.lifeCycle`;

test("each entry point that clients reach takes them for as long as it drains, and no other one waits", async () => {
  const draining = async (options: TraefikOptions) =>
    (await podOf(options)).containers[0].args.filter((each: string) => /requestAcceptGraceTimeout/i.test(each));
  const of = (entryPoint: string, seconds: number) =>
    `--${lifeCycle(entryPoint)}.requestAcceptGraceTimeout=${seconds}s`;
  expect(await draining({})).toEqual([of("web", 5), of("websecure", 5)]);
  const tcpEntryPoints = { postgres: { port: 5432 }, redis: { port: 6379 } };
  expect(await draining({ tcpEntryPoints, drainSeconds: 20 })).toEqual(
    ["web", "websecure", "postgres", "redis"].map((each) => of(each, 20)),
  );
  expect(await draining({ drainSeconds: 0 })).toEqual([of("web", 0), of("websecure", 0)]);
});

test.each<[what: string, options: TraefikOptions, seconds: number | undefined]>([
  ["nothing said", {}, undefined],
  ["the longest drain for which Kubernetes' own is enough", { drainSeconds: 15 }, undefined],
  ["one second more", { drainSeconds: 16 }, 31],
  ["more time for open requests", { staticOptions: { [`${lifeCycle("web")}.graceTimeOut`]: "1m30.5s" } }, 101],
  ["as many seconds in a number", { staticOptions: { [`${lifeCycle("web")}.graceTimeOut`]: 60 } }, 70],
  ["in a text, by other letters", { staticOptions: { "entrypoints.WEB.transport.lifecycle.gracetimeout": "21" } }, 31],
  [
    "less time, which not each entry point has",
    { staticOptions: { [`${lifeCycle("web")}.graceTimeOut`]: 1 } },
    undefined,
  ],
  [
    "the longest of several",
    {
      drainSeconds: 30,
      tcpEntryPoints: { postgres: { port: 5432 } },
      staticOptions: {
        [`${lifeCycle("web")}.graceTimeOut`]: 40,
        [`${lifeCycle("postgres")}.graceTimeOut`]: "2m",
        [`${lifeCycle("websecure")}.graceTimeOut`]: "5s",
      },
    },
    155,
  ],
  [
    "other times",
    {
      staticOptions: {
        "entryPoints.web.transport.keepAliveMaxTime": 500,
        "serversTransport.forwardingTimeouts.dialTimeout": "500s",
      },
    },
    undefined,
  ],
])("a pod has the time to end that it needs: %s", async (_, options, seconds) => {
  expect(told(options)).toEqual([]);
  expect(await graceOf(options)).toBe(seconds);
});

test.each([-1, 301, 1.5])("a drain of %s seconds is refused", (drainSeconds) => {
  expect(told({ drainSeconds })).toEqual([
    `x.drainSeconds: ${drainSeconds} is out of range; use a whole number from 0 to 300`,
  ]);
  expect(told({ drainSeconds: 300 })).toEqual([]);
});

test.each(["web", "websecure", "postgres"])("the drain of %s is said once", (entryPoint) => {
  const option = `${lifeCycle(entryPoint)}.requestAcceptGraceTimeout`;
  expect(told({ tcpEntryPoints: { postgres: { port: 5432 } }, staticOptions: { [option]: "9s" } })).toEqual([
    `x.staticOptions["${option}"]: is what traefikDrainSeconds (of a TraefikConsulIngress: drainSeconds) says; use that`,
  ]);
});

test.each<[option: string, value: string | number | boolean, seconds: number]>([
  [`${lifeCycle("web")}.graceTimeOut`, 11, 21],
  [`${lifeCycle("web")}.graceTimeOut`, "soon", 20],
  [`${lifeCycle("web")}.graceTimeOut`, true, 20],
  [`${lifeCycle("web")}.graceTimeOut`, "-30s", 20],
  [`${lifeCycle("web")}.graceTimeOuts`, 60, 20],
  [`${lifeCycle("a.b")}.graceTimeOut`, 60, 20],
  [`my.${lifeCycle("web")}.graceTimeOut`, 60, 20],
])("with %s=%s a pod needs %s seconds, whatever is wrong with it", (option, value, seconds) => {
  expect(neededGraceSeconds({ staticOptions: { [option]: value } })).toBe(seconds);
});
