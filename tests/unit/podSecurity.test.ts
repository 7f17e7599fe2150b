import {
  CONSULS_POD,
  containerRights,
  HARDENED,
  NON_ROOT,
  podSecurityLabels,
  refusedCapabilities,
  restrictedPod,
  SIDECAR_USERS,
} from "../../components/shared/podSecurity";

test("a namespace is held to its level, and what would not be restricted is recorded", () => {
  expect(podSecurityLabels("baseline")).toEqual({
    "pod-security.kubernetes.io/enforce": "baseline",
    "pod-security.kubernetes.io/audit": "restricted",
  });
});

test.each([
  ["privileged", []],
  ["baseline", ["SYS_ADMIN", "NET_ADMIN", "NET_RAW"]],
  ["restricted", ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "CHOWN"]],
] as const)("what %s refuses of capabilities", (level, refused) => {
  const asked = ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "CHOWN", "NET_BIND_SERVICE"];
  expect(refusedCapabilities(level, asked)).toEqual(refused);
});

test("a container has no right and writes no file, but for what it was given", () => {
  expect(HARDENED).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(containerRights({})).toEqual(HARDENED);
  expect(containerRights({ readOnlyRootFilesystem: false, addCapabilities: ["NET_BIND_SERVICE"] })).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: false,
    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] },
  });
});

test("the users whose traffic goes past the sidecar are those of consul-k8s", () => {
  expect(SIDECAR_USERS).toEqual([5995, 5996]);
});

test("a pod runs as a user that is not root, also where it listens on a low port", () => {
  const restricted = {
    runAsNonRoot: true,
    runAsUser: NON_ROOT,
    runAsGroup: NON_ROOT,
    seccompProfile: { type: "RuntimeDefault" },
  };
  expect(restrictedPod(NON_ROOT, [1024, 8080])).toEqual(restricted);
  expect(restrictedPod(NON_ROOT, [8080, 1023])).toEqual({
    ...restricted,
    sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
  });
  expect(restrictedPod(0, []).runAsNonRoot).toBe(false);
  expect(CONSULS_POD).toEqual({ ...restricted, runAsUser: 100, runAsGroup: 1000 });
});
