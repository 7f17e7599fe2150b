import {
  imageVersion,
  partWithoutContains,
  partWithoutNativeSidecar,
  partWithoutSleep,
  versionProblems,
  Versions,
  versionWarnings,
} from "../../components/chart/consulVersions";

const PATHS = {
  chart: "chart.version",
  consul: "images.consul",
  controlPlane: "images.controlPlane",
  dataplane: "images.dataplane",
  kubernetes: "kubernetesVersion",
};
const told = (versions: Versions, acls?: boolean) =>
  versionProblems(versions, PATHS, acls).map((each) => `${each.propertyPath}: ${each.reason}`);

test.each<[Versions]>([
  [{ chart: "1.9.11" }],
  [{ chart: "1.5.0", consul: "1.19.0", controlPlane: "1.5.9", dataplane: "v1.5.3", kubernetes: "1.27" }],
  [{ chart: "1.5.0", consul: "1.20.6", kubernetes: "v1.34.2-eks-1234" }],
  [{ chart: "1.6.3", consul: "1.20.1", kubernetes: "1.30.0" }],
  [{ chart: "1.8.4", consul: "1.21.3", kubernetes: "1.30" }],
  [{ chart: "1.9.11", consul: "1.22.6" }],
  [{ chart: "2.0.1", consul: "2.0.0", kubernetes: "1.32" }],
  // A cluster that is newer may work.
  [{ chart: "1.9.11", kubernetes: "1.35" }],
  [{ chart: "1.9.11", kubernetes: "2.0" }],
])("right: %j", (versions) => {
  expect(told(versions)).toEqual([]);
});

test.each<[wrong: Versions, problems: string[]]>([
  [{ chart: "newest", consul: "1.0" }, ['chart.version: "newest" is not a chart version']],
  [
    { chart: "1.7.2", consul: "1.0" },
    ["chart.version: chart 1.7.2 is not .* 1.5, 1.6, 1.8, 1.9, 2.0; the nearest is 1.6"],
  ],
  [{ chart: "1.4.9" }, ["chart.version: .*the nearest is 1.5"]],
  [{ chart: "1.40.0" }, ["chart.version: .*the nearest is 1.9"]],
  [{ chart: "2.1.0" }, ["chart.version: .*the nearest is 2.0"]],
  [
    { chart: "1.5.3", consul: "1.18.2" },
    ["images.consul: Consul 1.18.2 is .* 1.5.3 \\(known: 1.19, 1.20\\); use Consul 1.19"],
  ],
  [{ chart: "1.5.3", consul: "1.22" }, ["images.consul: .*; use Consul 1.20"]],
  [{ chart: "1.5.3", consul: "nightly" }, ["images.consul: Consul nightly is .*; use Consul 1.20"]],
  [{ chart: "1.9.11", controlPlane: "1.8.0" }, ["images.controlPlane: consul-k8s-control-plane 1.8.0 .* 1.9$"]],
  [{ chart: "1.9.11", dataplane: "1.8.0" }, ["images.dataplane: consul-dataplane 1.8.0 .* 1.9$"]],
  [
    { chart: "1.9.11", kubernetes: "1.29.4" },
    ["kubernetesVersion: Kubernetes 1.29.4 .* 1.30, 1.31, 1.32, 1.33, 1.34\\); use Kubernetes 1.30"],
  ],
  [{ chart: "1.9.11", kubernetes: "1.3" }, ["kubernetesVersion: Kubernetes 1.3 is .* 1.34\\); put 1.30 in quotes$"]],
  [{ chart: "1.9.11", kubernetes: "1.4" }, ["kubernetesVersion: Kubernetes 1.4 is .* 1.34\\); use Kubernetes 1.30$"]],
  [{ chart: "1.6.0", kubernetes: "someday" }, ["kubernetesVersion: Kubernetes someday .*; use Kubernetes 1.30"]],
  [
    { chart: "1.9.11", consul: "1.21.0", controlPlane: "2.0.0", dataplane: "2.0.0", kubernetes: "1.20" },
    ["images.consul: ", "images.controlPlane: ", "images.dataplane: ", "kubernetesVersion: "],
  ],
])("wrong: %j", (versions, problems) => {
  expect(told(versions)).toEqual(problems.map((each) => expect.stringMatching(`^${each}`)));
});

test.each<[versions: Versions, problems: string[]]>([
  [{ chart: "1.5.3", consul: "1.20.1", kubernetes: "1.29" }, []],
  [{ chart: "1.5.3", consul: "1.20.2" }, ["images.consul: with ACLs on, Consul 1.20.2 does not .* use Consul 1.20.1"]],
  [{ chart: "1.6.3", consul: "1.20.6" }, []],
  [{ chart: "1.5.3", consul: "1.20" }, []],
  [{ chart: "1.5.3", kubernetes: "v1.28.9" }, ["kubernetesVersion: with ACLs on, .* use 1.29 or later"]],
])("with ACLs on: %j", (versions, problems) => {
  expect(told(versions, true)).toEqual(problems.map((each) => expect.stringMatching(`^${each}`)));
  expect(told(versions)).toEqual([]);
});

test.each<[versions: Versions, last: string | undefined]>([
  [{ chart: "1.9.11" }, undefined],
  [{ chart: "1.9.11", kubernetes: "1.34.9" }, undefined],
  [{ chart: "1.9.11", kubernetes: "v1.35.0+k3s1" }, "1.34"],
  [{ chart: "1.6.3", kubernetes: "1.31" }, "1.30"],
  [{ chart: "1.9.11", kubernetes: "2.0" }, "1.34"],
  [{ chart: "1.9.11", kubernetes: "release 1.99" }, undefined],
  [{ chart: "1.7.0", kubernetes: "1.99" }, undefined],
])("a cluster that is newer than what was tested is warned of: %j", (versions, last) => {
  expect(versionWarnings(versions, "kubernetesVersion")).toEqual(
    last === undefined
      ? []
      : [{ propertyPath: "kubernetesVersion", reason: expect.stringContaining(`${versions.chart}, up to ${last}`) }],
  );
});

test.each<[versions: Versions, part: string | undefined]>([
  [{ chart: "1.5.3" }, "chart 1.5.3"],
  [{ chart: "1.5.4" }, undefined],
  [{ chart: "1.6.0" }, "chart 1.6.0"],
  [{ chart: "1.6.1", controlPlane: "1.6.0", consul: "1.20.0" }, "consul-k8s-control-plane 1.6.0"],
  [{ chart: "1.6.1", controlPlane: "1.6.1", consul: "1.20.0" }, "Consul 1.20.0"],
  [{ chart: "1.6.1", controlPlane: "1.6.1", consul: "1.20.1" }, undefined],
  [{ chart: "1.9.0-rc1", controlPlane: "latest", consul: "1.22" }, undefined],
])("what is too old for a header's contains and ignoreCase: %j", (versions, part) => {
  expect(partWithoutContains(versions)).toBe(part);
});

test.each<[versions: Versions, part: string | undefined]>([
  [{ chart: "1.5.3", kubernetes: "1.30" }, undefined],
  [{ chart: "1.5.3" }, undefined],
  [{ chart: "1.5.3", kubernetes: "v1.29.9" }, "Kubernetes v1.29.9"],
  [{ chart: "1.5.2", kubernetes: "1.30" }, "consul-k8s-control-plane 1.5.2"],
  [{ chart: "1.5.2", controlPlane: "1.5.3" }, undefined],
  [{ chart: "1.9.11", controlPlane: "1.5.1" }, "consul-k8s-control-plane 1.5.1"],
  [{ chart: "latest", kubernetes: "someday" }, undefined],
])("what is too old for a pod's wait before it stops: %j", (versions, part) => {
  expect(partWithoutSleep(versions)).toBe(part);
});

test.each<[versions: Versions, part: string | undefined]>([
  [{ chart: "1.6.9", kubernetes: "1.29" }, undefined],
  [{ chart: "1.6.8" }, "chart 1.6.8"],
  [{ chart: "1.8.1" }, "chart 1.8.1"],
  [{ chart: "1.8.2" }, undefined],
  [{ chart: "2.0.0" }, undefined],
  [{ chart: "1.9.0", kubernetes: "1.28" }, "Kubernetes 1.28"],
  [{ chart: "1.9.0", controlPlane: "1.8.1" }, "consul-k8s-control-plane 1.8.1"],
  [{ chart: "1.5.3", controlPlane: "1.9.1" }, undefined],
  [{ chart: "latest", kubernetes: "someday" }, undefined],
])("what is too old for a sidecar that ends with a job: %j", (versions, part) => {
  expect(partWithoutNativeSidecar(versions)).toBe(part);
});

test.each<[image: string, version: string | undefined]>([
  ["hashicorp/consul:1.22.6", "1.22.6"],
  ["consul:v1.10", "1.10"],
  ["localhost:5000/consul:1.22.6-ent@sha256:abc", "1.22.6-ent"],
  ["localhost:5000/consul", undefined],
  ["consul", undefined],
  ["consul@sha256:1.2", undefined],
  ["consul:latest", undefined],
  ["consul:build-1.2", undefined],
  ["consul:12", undefined],
])("the version of image %s is %s", (image, version) => {
  expect(imageVersion(image)).toBe(version);
});
