import type { MeshServiceOptions } from "../../components";
import { story } from "../e2e/cluster";
import { Asked, failureOf, loadOf } from "../e2e/load";

type Service = MeshServiceOptions & { readonly name: string };

/** Where a route is asked before a change and after it: of the two, one has to answer at any time. */
interface Moved {
  readonly before: Asked;
  readonly after: Asked;
}

function same(host: string): Moved {
  const asked = { host };
  return { before: asked, after: asked };
}

/** A service of one pod whose every route changes, each in another way. */
export const movingBefore: readonly NonNullable<Service["routes"]>[number][] = [
  { host: "from.localhost" },
  { host: "path.localhost", pathPrefix: "/from" },
  { host: "rule.localhost" },
  { host: "prefix.localhost", middlewares: [{ addPrefix: { prefix: "/from" } }] },
  { name: "moving-name", host: "name.localhost" },
  { host: "scheme.localhost" },
  { host: "order.localhost", priority: 7 },
];
export const movingAfter: typeof movingBefore = [
  { host: "to.localhost" },
  { host: "path.localhost", pathPrefix: "/to" },
  { rule: "Host(`rule.localhost`) && PathPrefix(`/`)" },
  { host: "prefix.localhost", middlewares: [{ addPrefix: { prefix: "/to" } }, { compress: {} }] },
  { name: "moving-other", host: "name.localhost" },
  { host: "scheme.localhost", tls: {} },
  { host: "order.localhost", priority: 8 },
];
const MOVED: Moved[] = [
  { before: { host: "from.localhost" }, after: { host: "to.localhost" } },
  { before: { host: "path.localhost", path: "/from" }, after: { host: "path.localhost", path: "/to" } },
  same("rule.localhost"),
  same("prefix.localhost"),
  same("name.localhost"),
  { before: { host: "scheme.localhost" }, after: { host: "scheme.localhost", tls: true } },
  same("order.localhost"),
];

/** A step on a stack that has a service with `movingBefore`; `change` gives it `movingAfter` by an `up`. */
export function routeChangeStep(step: ReturnType<typeof story>, change: () => Promise<unknown>): void {
  step("routes that change are served all the time, and as they are declared alone when up ends", async () => {
    expect(await Promise.all(MOVED.map(({ before }) => failureOf(before)))).toEqual(MOVED.map(() => undefined));
    let turn = 0;
    const requests = loadOf(async () => {
      const { before, after } = MOVED[turn++ % MOVED.length];
      // One after the other: of two at once the new one may come before the change, and the old one after it.
      const old = await failureOf(before);
      const now = old === undefined || before === after ? old : await failureOf(after);
      return now === undefined ? undefined : `${before.host}: ${old} ${now}`;
    });
    await change();
    const answers = await Promise.all(
      MOVED.map(async ({ before, after }) => [
        after === before ? undefined : (await failureOf(before))?.slice(0, 3),
        await failureOf(after),
      ]),
    );
    const { sent, failures } = await requests.stop();
    expect(failures).toEqual([]);
    expect(sent).toBeGreaterThan(200);
    expect(answers).toEqual(MOVED.map(({ before, after }) => [after === before ? undefined : "404", undefined]));
  });
}
