import { StaticOptions } from "../components";
import { staticOptionProblems } from "../components/ingress/staticOptions";
import { CONSUL_CA } from "./policies/certificates";
import { STATIC_OPTIONS } from "../components/ingress/traefikStatic";

/** Values of each type in Go, and some that only certain texts serve as. */
const OF_TYPE: Record<string, string | number | boolean> = {
  bool: true,
  switch: true,
  int: 7,
  int32: 7,
  int64: 7,
  float64: 0.5,
  duration: "7s",
  string: "127.0.0.1:7",
  "[]string": "a,b",
  "[]float64": "0.5,1",
};
const OF_OPTION: readonly (readonly [RegExp, string])[] = [
  [/defaultMode$|names\.<name>$/, "keep"],
  [/^log\.format$/, "json"],
  [/aliasHeadersStrategy$/, "reject"],
  [/traceVerbosity$/, "detailed"],
  [/statusCodes$/, "400-499,502"],
  [/trustedIPs$/, "10.0.0.0/8"],
  [/\.(ca|rootCAs)$/, CONSUL_CA],
  [/http\.endpoint$/, "http://127.0.0.1:7"],
];

/** An ingress with an entry point of each kind. */
export const INGRESS = { tcpEntryPoints: { postgres: { port: 5432 } } };

/** Each option of Traefik's static configuration, with a value that is right for it. */
export const SAMPLES: readonly StaticOptions[] = Object.entries(STATIC_OPTIONS).flatMap(([option, type]) => {
  const value = OF_OPTION.find(([pattern]) => pattern.test(option))?.[1] ?? OF_TYPE[type];
  return (option.startsWith("entryPoints.") ? ["web", "postgres"] : ["x"]).map((name) => ({
    [option.replace("<name>", name).replace("[n]", "[0]")]: value,
  }));
});

const BESIDE = { "experimental.otlplogs": true };

/** Those that are taken, all in one but for what excludes another. */
export const TAKEN: StaticOptions = Object.assign(
  {},
  ...SAMPLES.filter((each) => {
    const [option] = Object.keys(each);
    const staticOptions = { ...BESIDE, ...each };
    return !option.endsWith("grpc.insecure") && staticOptionProblems({ ...INGRESS, staticOptions }, "").length === 0;
  }),
);
