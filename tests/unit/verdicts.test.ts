import { ConsulMesh, MeshService, TraefikConsulIngress } from "../../components";
import { CASES } from "../meshCases";
import { ofProgram, ofStack, refusals } from "../verdicts";

test.each(CASES)("%s: a stack is refused it as a program of one's own is, and not the right value", async (...row) => {
  const [, wrong, reason, right] = row as [string, Record<string, unknown>, string, Record<string, unknown>];
  const says = expect.arrayContaining([expect.stringContaining(reason)]);
  expect({ stack: ofStack(wrong), program: await ofProgram(wrong) }).toEqual({ stack: says, program: says });
  expect({ stack: ofStack(right), program: await ofProgram(right) }).toEqual({ stack: [], program: [] });
});

describe("a program that waits in between", () => {
  const declare = async (...asked: string[]) =>
    refusals(async () => {
      const mesh = new ConsulMesh("consul");
      new TraefikConsulIngress("traefik", { mesh });
      for (const [i, service] of asked.entries()) {
        await new Promise((resolve) => setTimeout(resolve));
        const routes = [{ host: `${i}.test`, middlewares: [{ forwardAuth: { service } }] }];
        new MeshService(`shop-${i}`, { mesh, namespace: "apps", image: "a:1", port: 80, routes, internal: true });
      }
    });

  test("is judged by what it has declared, each time that it waits", async () => {
    expect(await declare("shop-0", "shop-0")).toEqual([]);
    expect(await declare("shop-0", "nobody")).toEqual([expect.stringMatching(/^shop-1\..*"nobody" is not a service/)]);
  });
});
