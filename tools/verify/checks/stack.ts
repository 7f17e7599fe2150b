import { Category, check } from "../check";

export const STACK: Category = {
  title: "stack",
  when: "after",
  checks: [
    check({
      id: "stack-deployed",
      name: "the stack has a mesh",
      needs: ["declared"],
      judge: ({ declared: { mesh, joins, services, jobs, entries } }) =>
        mesh === undefined
          ? [joins === undefined ? "its state has none" : `the state of ${joins}, which it joins, has none`]
          : services.length + jobs.length + entries.length === 0 && joins !== undefined
            ? [`nothing of it is deployed that would join the mesh of ${joins}`]
            : [],
      hint: "pulumi up; before that, this is npm run verify -- --pre",
    }),
    check({
      id: "stack-interrupted",
      name: "no operation on the stack was interrupted",
      needs: ["declared", "release"],
      judge: ({ declared, release }) => [
        ...declared.pending,
        ...(release.spare === undefined ? [] : [`a destroy has not finished: ${release.spare} is left`]),
      ],
      hint: "run pulumi up again: it finds out what became of each, and goes on. After a destroy: pulumi destroy, then pulumi up",
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
