import { UNKNOWN } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { kube, traefik } from "./resources";

useAnalyzer();
const flag = (option: string) => traefik({ args: [`--entryPoints.${option}`] });

cases("traefik-trusts-proxies", [
  passes("the proxies by their addresses", [
    flag("web.forwardedHeaders.trustedIPs=10.0.0.0/8,172.16.0.0/12, 203.0.113.7"),
    { ...flag("web.proxyProtocol.trustedIPs=fc00::/7,fe80::/10,2001:db8::/32,::ffff:10.0.0.0/104"), name: "second" },
    { ...flag("web.forwardedHeaders.insecure=false"), name: "third" },
  ]),
  passes("who may come in, and a range of addresses that is for something else", [
    traefik({ args: ["--entryPoints.web.http.middlewares=a@file", "--x.trustedIPs=0.0.0.0/0"] }),
    kube("traefik.io/v1alpha1", "Middleware", "a", { spec: { ipAllowList: { sourceRange: ["0.0.0.0/0"] } } }),
    kube("v1", "ConfigMap", "other", {
      data: { "a.yml": "entryPoints: {web: {forwardedHeaders: {insecureness: true}, peers: {insecure: true}}}" },
    }),
  ]),
  // Traefik's parser takes a word that begins with a dash for a flag.
  passes("a flag whose value is another flag's", [
    traefik({ args: ["--entryPoints.web.forwardedHeaders.trustedIPs", "-x,0.0.0.0/0"] }),
  ]),
  blocks(
    "everybody beside a proxy, by the same flag twice",
    [
      traefik({
        args: ["0.0.0.0/0", "10.0.0.0/8"].map((range) => `--entryPoints.web.proxyProtocol.trustedIPs=${range}`),
      }),
    ],
    "trusts 0.0.0.0/0",
  ),
  passes("everybody in dev", [flag("web.forwardedHeaders.insecure")], { stack: "dev" }),
  ...["forwardedHeaders", "proxyProtocol"].flatMap((part) => [
    ...["insecure", "insecure=1"].map((option) =>
      blocks(
        option,
        [flag(`web.${part}.${option}`)],
        `trusts everybody at the entry point web, by ${part.toLowerCase()}`,
      ),
    ),
    ...["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"].map((range) =>
      blocks(`${part} of ${range}`, [flag(`web.${part}.trustedIPs=10.0.0.0/8,${range}`)], `traefik trusts ${range} at`),
    ),
    ...["0.0.0.0/1,128.0.0.0/1", "::/1, 8000::/1"].map((halves) =>
      blocks(
        `${part} of both halves, ${halves}`,
        [flag(`web.${part}.trustedIPs=${halves}`)],
        halves.split(/, ?/).map((range) => `trusts ${range} at`),
      ),
    ),
  ]),
  blocks(
    "a file",
    [
      kube("v1", "ConfigMap", "traefik", {
        data: { "traefik.yml": "entryPoints: {edge: {forwardedHeaders: {trustedIPs: [10.0.0.0/8, 0.0.0.0/0]}}}" },
      }),
    ],
    "file traefik.yml trusts 0.0.0.0/0 at the entry point edge",
  ),
  blocks(
    "a variable of another object",
    [
      traefik({
        args: ["--entryPoints.web.forwardedHeaders.trustedIPs=$(PROXIES)"],
        envFrom: [{ configMapRef: { name: "env" } }],
      }),
      kube("v1", "ConfigMap", "env", { data: { PROXIES: "0.0.0.0/0" } }),
    ],
    "trusts 0.0.0.0/0",
  ),
  blocks("what is not known yet", [traefik({ args: [UNKNOWN] })], "can't be known"),
]);
