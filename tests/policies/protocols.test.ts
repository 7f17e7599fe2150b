import { Analyzer } from "./analyzer";
import { blocks, cases, passes, useAnalyzer } from "./cases";
import { configEntry, http, intentions } from "./resources";

useAnalyzer();
const called = intentions("whoami", { name: "web", action: "allow" });
const defaults = (spec: Record<string, unknown>, kind = "ServiceDefaults") => configEntry(kind, "whoami", spec);
const ofOthers = (config: unknown) => configEntry("ProxyDefaults", "global", { config });
const ELSEWHERE = { config: { protocols: { whoami: "http" } } };

/** Which protocol a service speaks: its own defaults say it, else those of all, else what another stack is said to. */
cases(
  "l7-permissions",
  [
    blocks("the defaults of another stack", [called], "which speaks http", ELSEWHERE),
    blocks("defaults of all", [ofOthers({ protocol: "grpc" }), called], "which speaks grpc"),
    blocks("its own before those of all", [ofOthers({ protocol: "tcp" }), http("whoami"), called], "which speaks http"),
    blocks(
      "a patch of another stack's that says nothing of it",
      [defaults({ mutualTLSMode: "strict" }, "ServiceDefaultsPatch"), called],
      "which speaks http",
      ELSEWHERE,
    ),
    blocks(
      "a patch that says it",
      [defaults({ protocol: "http2" }, "ServiceDefaultsPatch"), called],
      "which speaks http2",
      ELSEWHERE,
    ),
    passes("defaults here that say nothing, which is tcp", [defaults({ mutualTLSMode: "strict" }), called], ELSEWHERE),
    passes("defaults of all that say nothing", [ofOthers({ connectTimeout: "1s" }), called]),
    passes("defaults of another service", [http("other"), called]),
    passes("tcp in other letters, as Consul takes it", [
      ofOthers({ protocol: "http" }),
      defaults({ protocol: "TCP" }),
      called,
    ]),
    blocks("defaults of all in other letters", [ofOthers({ protocol: "HTTP" }), called], "which speaks http."),
    passes("tcp, where all others speak http", [ofOthers({ protocol: "http" }), defaults({ protocol: "tcp" }), called]),
  ],
  "advisory",
);

test("what another stack's services are said to speak is what Consul knows", async () => {
  const policies = await Analyzer.use((analyzer) => analyzer.policies());
  const schemas = policies.map(({ configschema }) => (configschema as any).protocols).filter(Boolean);
  expect(schemas.map(({ additionalProperties }) => additionalProperties)).toEqual(
    ["intentions-consistent", "l7-permissions"].map(() => ({ type: "string", enum: ["tcp", "http", "http2", "grpc"] })),
  );
});
