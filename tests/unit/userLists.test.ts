import { userListProblems, userListsPart } from "../../components/ingress/userLists";
import { userListFile } from "../../components/routing/middlewares";

test("a list is a file of the pod, to read, from the Secret's key; no user passes through", () => {
  const { volumes, mounts } = userListsPart({
    ops: { secretName: "ops-users" },
    dev: { secretName: "dev", key: "auth" },
  });
  expect(volumes).toEqual([
    { name: "users-ops", secret: { secretName: "ops-users", items: [{ key: "users", path: "users" }] } },
    { name: "users-dev", secret: { secretName: "dev", items: [{ key: "auth", path: "users" }] } },
  ]);
  expect(mounts).toEqual(
    ["ops", "dev"].map((list) => ({
      name: `users-${list}`,
      mountPath: userListFile(list).replace(/\/users$/, ""),
      readOnly: true,
    })),
  );
});

test.each<[what: string, list: string, its: { secretName: string; key?: string }, paths: string[]]>([
  ["a right one", "ops", { secretName: "ops.users", key: "a_B-1.c" }, []],
  ["the longest name and key", "a".repeat(57), { secretName: "a", key: "k".repeat(253) }, []],
  ["a name for which no volume can be called", "a".repeat(58), { secretName: "a" }, ["u." + "a".repeat(58)]],
  ["a name with a point", "a.b", { secretName: "a" }, ["u.a.b"]],
  ["no Secret", "ops", { secretName: "" }, ["u.ops.secretName"]],
  ["no Secret's name", "ops", { secretName: "Ops Users" }, ["u.ops.secretName"]],
  ...["", "a/b", "/a", "a/", "k".repeat(254)].map(
    (key): [string, string, { secretName: string; key: string }, string[]] => [
      `the key "${key.slice(0, 5)}"`,
      "ops",
      { secretName: "a", key },
      ["u.ops.key"],
    ],
  ),
])("of user lists, %s", (_, list, its, paths) => {
  expect(userListProblems({ [list]: its }, "u").map((p) => p.propertyPath)).toEqual(paths);
});
