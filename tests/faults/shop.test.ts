import { randomBytes, randomUUID } from "node:crypto";
import { changes, kubectl, poll, renewCluster, story } from "../e2e/cluster";
import { Load, loadOf } from "../e2e/load";
import { nameOf } from "../e2e/pods";
import { judgeCalls } from "./shopCalls";
import { ask, charges, Orders, rows, spans } from "./shopOrders";
import { ShopWorkspace } from "./shopWorkspace";

/** examples/shop as its README has it, with ACLs, NetworkPolicies and closed egress; each `up` is judged by the policy pack. */
const step = story();
/** Each is a dozen calls; two cores shared with all that is replaced meanwhile carry no more. */
const PER_SECOND = 10;
const its = new ShopWorkspace();
const orders = new Orders();
let load: Load;

// Minutes where the images were never built.
beforeAll(() => its.release("1.0.0"), 1_200_000);

afterAll(() => {
  its.remove();
  renewCluster();
});

step("the shop comes up by one up, and the next would change nothing", async () => {
  await its.up();
  expect(changes((await its.preview()).changeSummary)).toEqual([]);
});

step("a visitor sees what is in stock, fills a cart, orders, and is sent it", async () => {
  const products = await poll(
    "products",
    () => ask("/products"),
    ({ text }) => text.includes('"pieces":120'),
  );
  expect(products.status).toBe(200);
  expect(await ask("/carts/anna/mug", { method: "PUT" }, { quantity: 10 })).toMatchObject({ status: 204 });
  expect(JSON.parse((await ask("/carts/anna")).text)).toEqual({ items: { mug: "10" }, cents: 11250 });
  expect(await orders.place()).toBeUndefined();
  const [key] = orders.keys;
  expect(JSON.parse((await ask(`/orders/${key}`)).text)).toEqual({ sku: "mug", quantity: 2, cents: 2500 });
  await poll(
    "the shipment",
    () => ask(`/shipments/${key}`),
    ({ status }) => status === 200,
  );
});

step("an order that is traced shows the whole way that it takes", async () => {
  const trace = randomBytes(16).toString("hex");
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01`, "idempotency-key": randomUUID() };
  orders.keys.push(headers["idempotency-key"]);
  expect(await ask("/orders", { method: "POST", headers }, { sku: "mug", quantity: 2 })).toMatchObject({ status: 201 });
  // Of each call its caller's sidecar and its callee's. Orders is called, and calls pricing and payment; that calls the processor.
  const way = { orders: 3, payment: 2, pricing: 1, "traefik-system-ingress": 1, web: 2 };
  await poll(
    "its spans",
    async () => {
      const all = await spans(trace);
      return Object.fromEntries(Object.keys(way).map((each) => [each, all.filter((its) => its === each).length]));
    },
    (found) => Object.entries(way).every(([service, count]) => found[service] >= count),
  );
});

step("every identity reaches what is declared for it and nothing else, outside the mesh too", async () => {
  const { asked, wrong } = await judgeCalls();
  console.info(`${asked} pairs of an identity and a question, ${wrong.length} answered otherwise than declared`);
  expect(wrong).toEqual([]);
});

step("the job that counts orders does, when its time has come", async () => {
  await kubectl("create", "job", "report-now", "-n", "shop", "--from=cronjob/report");
  await kubectl("wait", "--for=condition=complete", "job/report-now", "-n", "shop", "--timeout=120s");
  expect(JSON.parse(await kubectl("logs", "job/report-now", "-n", "shop", "-c", "report"))).toEqual({
    Orders: 2,
    Cents: 5000,
  });
});

step("orders come in while every service gets a new release", async () => {
  load = loadOf(orders.place, PER_SECOND);
  await its.release("1.0.1");
  await its.up();
  for (const [namespace, workload] of [
    ["shop", "statefulset/broker"],
    ["legacy", "deployment/stock"],
  ]) {
    await kubectl("rollout", "restart", workload, "-n", namespace);
    await kubectl("rollout", "status", workload, "-n", namespace, "--timeout=180s");
  }
  const images = (await all()).flatMap(({ spec }) => spec.containers.map(({ image }: any) => image as string));
  expect(images.filter((image) => /\/shop\/(?!stock).*:1\.0\.0$/.test(image))).toEqual([]);
  console.info(`after the release: ${orders.keys.length} orders, ${orders.retried} asked again`, orders.asked);
});

step("orders come in while each pod is killed, one after the other", async () => {
  const pods = await all();
  expect(pods.length).toBeGreaterThanOrEqual(15);
  const askedAgain: string[] = [];
  for (const pod of pods) {
    const were = orders.retried;
    await kubectl("delete", "pod", nameOf(pod), "-n", pod.metadata.namespace, "--grace-period=1");
    await poll(
      `another pod in the place of ${nameOf(pod)}`,
      all,
      (now) =>
        now.length >= pods.length &&
        now.every(
          (each) =>
            each.metadata.uid !== pod.metadata.uid && each.status.containerStatuses?.every((one: any) => one.ready),
        ),
      180,
    );
    askedAgain.push(`${orders.retried - were} ${nameOf(pod)}`);
  }
  console.info(`asked again while it was killed:\n${askedAgain.join("\n")}`);
});

step("no order is lost, none is there twice, each is paid for and sent once", async () => {
  const { sent, failures } = await load.stop();
  const { keys, retried, asked } = orders;
  console.info(`${sent} orders, ${retried} asked again, ${failures.length} given up`, asked, failures.slice(0, 5));
  expect(failures.length).toBe(0);
  const ordered = await rows("SELECT key FROM orders");
  expect(ordered.length).toBe(keys.length);
  expect(new Set(ordered)).toEqual(new Set(keys));
  await poll(
    "shipments",
    () => rows("SELECT count(*) FROM shipments"),
    ([count]) => count === String(keys.length),
  );
  const charged = await charges();
  expect(new Set(Object.keys(charged))).toEqual(new Set(keys));
  console.info(
    `${Object.values(charged).filter((times) => times > 1).length} charges asked for more than once, and made once`,
  );
});

/** The pods of the shop, but for those of jobs. */
async function all(): Promise<any[]> {
  const { items } = JSON.parse(
    await kubectl("get", "pods", "-A", "-l", "consul.hashicorp.com/connect-inject-status=injected", "-o", "json"),
  );
  return items.filter(
    ({ metadata }: any) => metadata.ownerReferences?.[0].kind !== "Job" && metadata.deletionTimestamp === undefined,
  );
}
