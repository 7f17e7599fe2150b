import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, IntentionRule, IntentionSet, JwtProvider, MeshService } from "../../components";
import { intentionProblems } from "../../components/intentions/intentionProblems";
import { intentionWarnings } from "../../components/intentions/intentionWarnings";
import { jwtProviderProblems } from "../../components/intentions/jwtProviders";
import { known, permit } from "../intentionCases";
import { keyPair, PROVIDERS } from "../jwtCases";
import { find, record } from "../recorder";

test.each(PROVIDERS)("a provider: $what", ({ its, paths, refusedBy }) => {
  const problems = jwtProviderProblems("login", its, "");
  expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(paths);
  expect(problems.map((each) => each.refusedBy)).toEqual(paths.map(() => refusedBy));
});

test("what is said of a key set has nothing of the keys in it", () => {
  const secrets = PROVIDERS.flatMap(({ its: { keys } }) => [...(keys.local ?? "").matchAll(/"[dk]":"([^"]+)"/g)]);
  expect(secrets.length).toBeGreaterThan(1);
  const said = JSON.stringify(PROVIDERS.map(({ its }) => jwtProviderProblems("login", its, "")));
  for (const [, secret] of secrets) {
    expect(said).not.toContain(secret);
  }
});

test("a provider's name is a DNS label", () => {
  const [{ its }] = PROVIDERS;
  expect(jwtProviderProblems("Log in", its, "jwtProviders[0].").map((each) => each.propertyPath)).toEqual([
    "jwtProviders[0].name",
  ]);
});

describe("a permission's token", () => {
  const asked = (action: string, acls: boolean | undefined, verifyClaims?: object[]) =>
    intentionProblems(
      [permit({ pathPrefix: "/" }, { action, jwt: { providers: [{ name: "okta", verifyClaims }] } })],
      { ...known, acls },
      "rules",
    ).map((each) => `${each.refusedBy} ${each.propertyPath}: ${each.reason}`);

  test("is refused where Consul would let in whoever has none", () => {
    expect(asked("allow", true)).toEqual([]);
    expect(asked("allow", false)).toEqual([
      "us rules[0].permissions[0].jwt: is not looked at where Consul has no ACLs: whoever has no token is let in too; set consulAcls (of a ConsulMesh: acls) to true",
    ]);
  });

  test("is refused of a deny, which Consul has for all", () => {
    expect(asked("deny", true)).toEqual([
      expect.stringMatching(/^us rules\[0\]\.permissions\[0\]\.jwt: is not looked at/),
    ]);
  });

  test.each([[[]], [[""]], [["a", ""]]])("has a claim by a path, which %j is not", (path) => {
    expect(
      asked("allow", true, [
        { path: ["team"], value: "a" },
        { path, value: "a" },
      ]),
    ).toEqual([
      expect.stringMatching(/^us rules\[0\]\.permissions\[0\]\.jwt\.providers\[0\]\.verifyClaims\[1\]\.path: /),
    ]);
  });
});

test("a permission behind one that asks for a token is never reached, so preview says so", () => {
  const [{ permissions: asks }] = [permit({ pathPrefix: "/" }, { jwt: { providers: [{ name: "okta" }] } })];
  const rule = { ...permit({}), permissions: [...asks!, ...permit({ pathPrefix: "/a" }).permissions!] };
  expect(intentionWarnings([rule], known, "rules").map((each) => each.propertyPath)).toEqual([
    "rules[0].permissions[1]",
  ]);
});

test("two owners' lists are one where neither asks for a token: else their order would decide", () => {
  const lists = (jwt?: object) =>
    [{ pathPrefix: "/a" }, { pathPrefix: "/" }].map((http, i) => ({
      ...permit(http, { jwt }),
      declaredAt: `owner${i}[0]`,
    }));
  const paths = (rules: IntentionRule[]) => intentionProblems(rules, known, "rules").map((each) => each.propertyPath);
  expect(paths(lists())).toEqual([]);
  expect(paths(lists({ providers: [{ name: "okta" }] }))).toEqual(["owner1[0]"]);
});

describe("a provider of a program", () => {
  const options = { issuer: "https://login.example", keys: { local: JSON.stringify({ keys: [keyPair().jwk] }) } };

  async function declare(providers: (mesh: ConsulMesh) => (JwtProvider | string)[], acls = true) {
    let refused: pulumi.InputPropertiesError | undefined;
    const resources = await record(() => {
      const mesh = new ConsulMesh("consul", { acls });
      try {
        const jwtProviders = providers(mesh);
        const web = new MeshService("web", { mesh, namespace: "apps", image: "registry.example.com/web:1", port: 80 });
        const rules = [{ ...permit({ pathPrefix: "/" }, { jwt: { providers: [{ name: "login" }] } }), source: "*" }];
        new IntentionSet("intentions", { mesh, services: [web], rules, jwtProviders });
      } catch (error) {
        refused = error as pulumi.InputPropertiesError;
      }
    });
    return { resources, problems: (refused?.errors ?? []).map((each) => `${each.propertyPath}: ${each.reason}`) };
  }

  test("is in Consul before the intention that names it, and after it at the end", async () => {
    const { resources, problems } = await declare((mesh) => [new JwtProvider("login", { mesh, ...options })]);
    expect(problems).toEqual([]);
    const { props } = find(resources, "login-jwt-provider");
    expect(props.metadata.annotations).toEqual({
      "pulumi.com/waitFor": "condition=Synced",
      "pulumi.com/patchForce": "true",
    });
    expect(props.spec.issuer).toBe(options.issuer);
    expect(find(resources, "intentions-web").dependsOn).toEqual(
      expect.arrayContaining([expect.stringContaining("login-jwt-provider")]),
    );
    expect(find(resources, "intentions-all.services").dependsOn.join()).not.toContain("login-jwt-provider");
  });

  test("may be another's, by its name", async () => {
    expect((await declare(() => ["login"])).problems).toEqual([]);
    expect((await declare(() => ["logon"])).problems).toEqual([
      'rules[0].permissions[0].jwt.providers[0].name: "login" is no JWT provider; known are logon. Declare it in jwtProviders, or name it in externalJwtProviders where others declare it',
    ]);
  });

  test("is one object of the mesh, and judged", async () => {
    const twice = await declare((mesh) => [1, 2].map(() => new JwtProvider("login", { mesh, ...options })));
    expect(twice.problems).toEqual([expect.stringMatching(/^name: "login" is the name of JwtProvider "login" too/)]);
    const wrong = await declare((mesh) => [new JwtProvider("login", { mesh, ...options, issuer: "" })]);
    expect(wrong.problems).toEqual([expect.stringMatching(/^issuer: /)]);
  });

  test("is of no use to a mesh without ACLs, whose intentions are refused then", async () => {
    const { problems } = await declare((mesh) => [new JwtProvider("login", { mesh, ...options })], false);
    expect(problems).toEqual([expect.stringMatching(/^rules\[0\]\.permissions\[0\]\.jwt: is not looked at/)]);
  });
});
