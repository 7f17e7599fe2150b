import * as pulumi from "@pulumi/pulumi";
import { ConsulMesh, IntentionSet, JwtProvider, MeshService } from "../../components";
import { permit } from "../intentionCases";
import { keyPair } from "../jwtCases";
import { find, record } from "../recorder";

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
    const { props, beforeCreate } = find(resources, "login-jwt-provider");
    expect(props).toMatchObject({ kind: "JWTProvider", metadata: { name: "login" } });
    expect(props.metadata.annotations).toEqual({
      "pulumi.com/waitFor": expect.stringContaining('"condition=Synced"'),
      "consul-traefik-mesh/metadata": expect.stringMatching(/^[0-9a-f]{16}$/),
      "pulumi.com/patchForce": "true",
    });
    expect(props.spec.issuer).toBe(options.issuer);
    // Somebody else's of that name stays theirs.
    expect(beforeCreate).toContain("JwtProvider-login-foreign");
    expect(find(resources, "intentions-web").dependsOn).toEqual(
      expect.arrayContaining([expect.stringContaining("login-jwt-provider")]),
    );
    expect(find(resources, "intentions-all.services").dependsOn.join()).not.toContain("login-jwt-provider");
  });

  test("has what another resource makes of it", async () => {
    const { resources, problems } = await declare((mesh) => [
      new JwtProvider("login", { mesh, ...options, issuer: pulumi.output(options.issuer) }),
    ]);
    expect(problems).toEqual([]);
    expect(find(resources, "login-jwt-provider").props.spec.issuer).toBe(options.issuer);
  });

  test("may be another's, by its name", async () => {
    expect((await declare(() => ["login"])).problems).toEqual([]);
    expect((await declare(() => ["logon"])).problems).toEqual([
      'rules[0].permissions[0].jwt.providers[0].name: "login" is not a JWT provider; known: logon. Declare it in jwtProviders, or name it in externalJwtProviders where others declare it',
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
    expect(problems).toEqual([expect.stringMatching(/^rules\[0\]\.permissions\[0\]\.jwt: is ignored/)]);
  });
});
