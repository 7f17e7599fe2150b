import * as fc from "../generated";
import { IntentionRule } from "../../components";
import { intentionProblems } from "../../components/intentions/intentionProblems";
import { mergeIntentions, ServiceIntentionsSpec } from "../../components/intentions/intentions";
import { CASES, entries, known } from "../intentionCases";
import { Agent, CONSUL_VERSIONS } from "./agent";

let consul: Agent;

/** An entry as consul-k8s writes it (`ToConsul`): the same fields, by their names in Consul's API. */
function asEntry({ destination, sources }: ServiceIntentionsSpec): object {
  return { Kind: "service-intentions", Name: destination.name, Sources: capitalized(sources) };
}

function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(capitalized);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const names: Record<string, string> = { http: "HTTP", jwt: "JWT" };
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [names[k] ?? k[0].toUpperCase() + k.slice(1), capitalized(v)]),
  );
}

/** What Consul says about rules: why it refuses them, or `undefined`. */
async function refusal(rules: IntentionRule[]): Promise<string | undefined> {
  for (const spec of mergeIntentions(rules)) {
    const reason = await consul.write(asEntry(spec));
    if (reason !== undefined) {
      return reason;
    }
  }
  return undefined;
}

/** What we say for Consul's sake. */
function ours(rules: IntentionRule[]): string[] {
  return intentionProblems(rules, known, "rules")
    .filter((p) => p.refusedBy === "Consul")
    .map((p) => `${p.propertyPath}: ${p.reason}`);
}

describe.each(CONSUL_VERSIONS)("Consul %s", (version) => {
  beforeAll(async () => {
    consul = await Agent.of(version);
    for (const [name, protocol] of known.services) {
      if (protocol !== "tcp") {
        expect(await consul.write({ Kind: "service-defaults", Name: name, Protocol: protocol })).toBeUndefined();
      }
    }
    const jwks = { Local: { JWKS: Buffer.from('{"keys":[]}').toString("base64") } };
    for (const name of known.jwtProviders) {
      expect(await consul.write({ Kind: "jwt-provider", Name: name, JSONWebKeySet: jwks })).toBeUndefined();
    }
  });

  afterAll(() => consul?.stop());

  test.each(CASES.map(([what, rules, , refusedBy]) => ({ what, rules, refusedBy })))(
    "says the same of $what",
    async ({ rules, refusedBy }) => {
      expect({ rules, refused: (await refusal(rules)) !== undefined }).toEqual({
        rules,
        refused: refusedBy === "Consul",
      });
    },
  );

  test("refuses what we say it refuses, and nothing else", async () => {
    const verdicts = { refused: 0, taken: 0 };
    await fc.assert(
      fc.asyncProperty(entries, async (rules) => {
        const theirs = await refusal(rules);
        const mine = ours(rules);
        if ((theirs !== undefined) !== mine.length > 0) {
          throw new Error(`Consul: ${theirs ?? "takes it"}; we: ${mine.join("; ") || "take it"}`);
        }
        verdicts[theirs === undefined ? "taken" : "refused"]++;
      }),
      { numRuns: 1000 },
    );
    // Else the cases say little about one of the two directions.
    expect(Math.min(verdicts.refused, verdicts.taken)).toBeGreaterThan(250);
  });
});
