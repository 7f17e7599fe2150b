import { Category, check } from "../check";

export const STACK: Category = {
  title: "stack",
  when: "after",
  checks: [
    check({
      id: "stack-deployed",
      name: "the stack has a mesh",
      needs: ["declared"],
      judge: ({ declared }) => (declared.mesh === undefined ? ["its state has none"] : []),
      hint: "pulumi up; before that, this is npm run verify -- --pre",
    }),
    check({
      id: "stack-interrupted",
      name: "no operation on the stack was interrupted",
      needs: ["declared"],
      judge: ({ declared }) => declared.pending,
      hint: "run pulumi up again: it finds out what became of each, and goes on",
    }),
    check({
      id: "network-policies",
      name: "the NetworkPolicies are there",
      needs: ["policies"],
      skip: ({ policies }) => (policies.declared === 0 ? "the stack declares none" : undefined),
      judge: ({ policies }) => policies.missing.map((name) => `${name} is gone`),
      hint: "pulumi refresh, then pulumi up, makes it again",
    }),
  ],
};
