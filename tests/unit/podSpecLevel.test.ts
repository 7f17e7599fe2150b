import { podSpecLevelProblems } from "../../components/pods/podSpecLevel";
import type { PodSecurityLevel } from "../../components/shared/podSecurity";

const told = (level: PodSecurityLevel, podSpec?: object) =>
  podSpecLevelProblems(level, podSpec, "podSpec").map((each) => `${each.propertyPath}: ${each.reason}`);

const securityContext = { runAsUser: 0, runAsNonRoot: false, capabilities: { add: ["CHOWN", "SYS_NICE"] } };
const NICE = "SYS_NICE is refused by servicesPodSecurity";
const spec = {
  securityContext: { runAsUser: 0, runAsNonRoot: false },
  containers: [{ name: "shop" }, { name: "a", image: "a", securityContext }],
  initContainers: [{ name: "b", image: "b", securityContext }],
  volumes: [
    { name: "c", emptyDir: {} },
    { name: "d", hostPath: { path: "/d" } },
  ],
};

test("what a namespace's level refuses is refused in a part of a PodSpec", () => {
  const root = (at: string) =>
    `${at}.securityContext.runAsUser: 0 is root, which servicesPodSecurity restricted refuses; use another user, or baseline`;
  const nonRoot = (at: string) =>
    `${at}.securityContext.runAsNonRoot: false is refused by servicesPodSecurity restricted; leave it out`;
  const add = (at: string, capability: string) =>
    `${at}.securityContext.capabilities.add: ${capability} is refused by servicesPodSecurity restricted; leave it out, or use privileged`;
  expect(told("restricted", spec)).toEqual([
    root("podSpec"),
    nonRoot("podSpec"),
    ...["podSpec.containers[1]", "podSpec.initContainers[0]"].flatMap((at) => [
      root(at),
      add(at, "CHOWN"),
      add(at, "SYS_NICE"),
      nonRoot(at),
    ]),
    "podSpec.volumes[1].hostPath: is refused by servicesPodSecurity restricted; use another volume, or privileged",
  ]);
});

test("baseline leaves root and a few capabilities, and privileged everything", () => {
  expect(told("baseline", spec)).toEqual([
    `podSpec.containers[1].securityContext.capabilities.add: ${NICE} baseline; leave it out, or use privileged`,
    `podSpec.initContainers[0].securityContext.capabilities.add: ${NICE} baseline; leave it out, or use privileged`,
    "podSpec.volumes[1].hostPath: is refused by servicesPodSecurity baseline; use another volume, or privileged",
  ]);
  expect(told("privileged", spec)).toEqual([]);
});

test("what says nothing of it passes", () => {
  const user = { securityContext: { runAsUser: 1, runAsNonRoot: true, capabilities: { add: ["NET_BIND_SERVICE"] } } };
  const containers = [
    { name: "a", ...user },
    { name: "b", securityContext: { capabilities: {} } },
    { name: "c", securityContext: null },
    { name: "d" },
  ];
  for (const podSpec of [
    undefined,
    {},
    { ...user, containers, initContainers: containers, volumes: [{ name: "a" }] },
  ]) {
    expect(told("restricted", podSpec)).toEqual([]);
  }
});
