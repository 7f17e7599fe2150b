import * as net from "node:net";
import { shown } from "./grammars";
import { Problem } from "./problems";

/** Name of the ingress in the mesh, unless it is given another. */
export const TRAEFIK_SERVICE_NAME = "traefik-system-ingress";

/** An option of the mesh by both its names: a stack's file has it as a setting. */
export function meshOption(option: string): string {
  return `${setting("consul", option)} (of a ConsulMesh: ${option})`;
}

/** The same of the ingress. */
export function traefikOption(option: string): string {
  return `${setting("traefik", option)} (of a TraefikConsulIngress: ${option})`;
}

function setting(prefix: string, option: string): string {
  return [prefix, ...option.split(".").map((part) => part[0].toUpperCase() + part.slice(1))].join("");
}

/**
 * ServiceAccounts of Consul's own components, to which its auth method gives rights over the whole mesh: it looks at the name
 * alone, in whatever namespace [consul-k8s server-acl-init, createACLPolicyRoleAndBindingRule].
 */
export const COMPONENT_ACCOUNT =
  /^consul-(client|server|snapshot-agent|connect-injector|sync-catalog|api-gateway-controller|(mesh|ingress|terminating)-gateway|dns-proxy|partition-init)$/;

/** Namespaces that a cluster has by itself, and those that begin as Kubernetes' own do. */
const CLUSTERS_OWN = /^(default|kube-.*)$/;
/** Namespaces in which consul-k8s neither injects nor registers anything, whatever it is told [common.ShouldIgnore]. */
const NEVER_INJECTED = ["kube-system", "kube-public", "local-path-storage"];

/** Problems of a namespace: a name, and one that is the stack's to make and to delete where it makes it. */
export function namespaceProblems(
  path: string,
  name: string,
  use: { readonly create?: boolean; readonly inMesh?: boolean } = {},
): Problem[] {
  const problem = (reason: string) => [{ propertyPath: path, reason: `"${name}" ${reason}` }];
  if (use.inMesh && NEVER_INJECTED.includes(name)) {
    return problem("is a namespace that Consul leaves out of the mesh, whatever it is told; use another");
  }
  if ((use.create ?? true) && CLUSTERS_OWN.test(name)) {
    return problem(
      "is the cluster's own, and a destroy would delete it with all that is in it; use another, or one that exists with createNamespace false",
    );
  }
  return dnsLabelProblems(path, name);
}

/** What both Kubernetes (RFC 1123 label) and Consul's catalog and DNS take as a name. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `true` for a DNS label: at most 63 of a-z, 0-9 and "-", with a letter or digit at both ends. */
export function isDnsLabel(name: string): boolean {
  return typeof name === "string" && DNS_LABEL.test(name);
}

/** `true` for a host name: DNS labels joined by dots, at most 253 characters, no wildcard, no port. */
export function isHostName(host: string): boolean {
  return host.length <= 253 && host.split(".").every(isDnsLabel);
}

/** Problems of a value that has to be a DNS label. */
export function dnsLabelProblems(path: string, name: string): Problem[] {
  if (isDnsLabel(name)) {
    return [];
  }
  return [
    {
      propertyPath: path,
      reason: `"${name}" is not a DNS label; use 1 to 63 of a-z, 0-9 and "-", beginning and ending with a letter or a digit`,
    },
  ];
}

/** Problems of a value that has to be a whole number in a range. */
export function rangeProblems(path: string, value: number, min: number, max: number): Problem[] {
  if (Number.isInteger(value) && value >= min && value <= max) {
    return [];
  }
  return [
    {
      propertyPath: path,
      reason: `${typeof value === "number" ? value : shown(value)} is out of range; use a whole number from ${min} to ${max}`,
    },
  ];
}

/** Problems of a TCP port. */
export function portProblems(path: string, port: number): Problem[] {
  return rangeProblems(path, port, 1, 65535);
}

/** `true` for an IP address, or a range of them in CIDR notation. */
export function isCidr(range: string): boolean {
  const address = range.replace(/\/(0|[1-9]\d*)$/, "");
  const bits = { 0: -1, 4: 32, 6: 128 }[net.isIP(address)]!;
  // An address with a zone, as fe80::1%eth0, is one to Node.js alone.
  return !range.includes("%") && Number(range.slice(address.length + 1)) <= bits;
}

/** A DNS subdomain: unlike those of a host name, its parts may be longer than 63. */
const DNS_SUBDOMAIN = /^(?!.{254})[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with an object's name, as a Secret has it. An output, known when `up` comes to it, is the API server's to judge. */
export function objectNameProblems(path: string, name: unknown, what = "an object"): Problem[] {
  return typeof name !== "string" || DNS_SUBDOMAIN.test(name)
    ? []
    : [
        {
          propertyPath: path,
          reason: `${shown(name)} is not a valid name for ${what}; use a-z, 0-9, "-" and ".", beginning and ending with a letter or a digit`,
        },
      ];
}

/** What is wrong with a key of a Secret or a ConfigMap [Kubernetes: IsConfigMapKey]. */
export function dataKeyProblems(path: string, key: string): Problem[] {
  return /^(?!\.$|\.\.)[-._a-zA-Z0-9]{1,253}$/.test(key)
    ? []
    : [
        {
          propertyPath: path,
          reason: `${shown(key)} is not a valid key; use 1 to 253 of a-z, A-Z, 0-9, "-", "_" and ".", but no ".." at its beginning`,
        },
      ];
}
