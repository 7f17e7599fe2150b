import { externalServiceProblems } from "../../components/mesh/externalServices";

test("what others have in the mesh is named as Consul does, and is neither the ingress nor one's own", () => {
  const problems = externalServiceProblems(
    { billing: "http", Billing: "http", "traefik-system-ingress": "http", web: "tcp" },
    ["web"],
    "external",
  );
  expect(problems.map((each) => `${each.propertyPath}: ${each.reason}`)).toEqual([
    'external.Billing: "Billing" is not a service name; use the name that it has in Consul, a DNS label',
    'external.traefik-system-ingress: "traefik-system-ingress" is the ingress, which rules may name anyway; leave it out',
    'external.web: "web" is a service of this program, which has its protocol; leave it out',
  ]);
});
