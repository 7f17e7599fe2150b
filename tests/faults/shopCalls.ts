import { apply, kubectl, poll } from "../e2e/cluster";

/** A question to each service, who may ask it, and what is answered then. */
interface Question {
  readonly to: string;
  readonly by: readonly string[];
  /** A command in a container, which prints the answer. */
  readonly asks: string;
  readonly answer: string;
}

const http = (to: string, by: string[], answer: string, request: string): Question => ({
  to,
  by,
  asks: `curl -s -o /dev/null -m 10 -w '%{http_code}' ${request}`,
  answer,
});
/** By the bytes that come back: not even a greeting is for everybody. */
const tcp = (to: string, by: string[], port: number, sent: string): Question => ({
  to,
  by,
  asks: `printf '${sent}' | nc -w 5 ${to}.shop ${port} | head -c 1 | wc -c`,
  answer: "1",
});

/** Whom the README's picture lets call whom. */
const QUESTIONS: readonly Question[] = [
  http("web", [], "200", "http://web.shop:8080/"),
  http("catalog", ["web"], "200", "http://catalog.shop:8080/products"),
  http("cart", ["web"], "200", "http://cart.shop:8080/carts/nobody"),
  http("orders", ["web"], "400", "-X POST http://orders.shop:8080/orders"),
  http("orders", ["report"], "200", "http://orders.shop:8080/summary"),
  http("shipping", ["web"], "404", "http://shipping.shop:8080/shipments/none"),
  http("payment", ["orders"], "400", "-X POST http://payment.shop:8080/charges"),
  http(
    "pricing",
    ["orders", "cart"],
    "415",
    "--http2-prior-knowledge -X POST http://pricing.shop:8080/shop.Pricing/Quote",
  ),
  http("stock", ["catalog"], "200", "http://stock.legacy:8080/stock"),
  http("card-processor", ["payment"], "200", "-X POST http://card-processor.virtual.consul/v1/charges"),
  // A request for encryption, which PostgreSQL answers by one letter.
  tcp("db", ["orders", "shipping"], 5432, "\\000\\000\\000\\010\\004\\322\\026\\057"),
  tcp("cache", ["cart"], 6379, "PING\\r\\n"),
  tcp("broker", ["orders", "shipping"], 4222, "PING\\r\\n"),
];
const REFUSED = ["000", "403", "0"];

/** Where each identity has a container, in which `sh`, `curl` and `nc` are. */
const PODS: Readonly<Record<string, readonly [namespace: string, workload: string, container: string]>> = {
  ...Object.fromEntries(
    ["web", "catalog", "cart", "orders", "pricing", "shipping", "payment", "cache"].map((name) => [
      name,
      ["shop", `deployment/${name}`, name],
    ]),
  ),
  db: ["shop", "statefulset/db", "db"],
  broker: ["shop", "statefulset/broker", "nats"],
  stock: ["legacy", "deployment/stock", "stock"],
};
export const IDENTITIES = [...Object.keys(PODS), "report"];

const SCRIPT = `${QUESTIONS.map(({ asks }, i) => `(echo "${i} $(${asks})") &`).join("\n")}\nwait`;

/** What asks all questions as `report`, and prints the answers: its own job, with other arguments. */
async function askAsReport(): Promise<string> {
  const { spec } = JSON.parse(await kubectl("get", "cronjob", "report", "-n", "shop", "-o", "json"));
  const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "report-asks", namespace: "shop" } };
  const template = spec.jobTemplate.spec;
  const [container] = template.template.spec.containers;
  container.command = [...container.command.slice(0, -2), "sh", "-c", SCRIPT];
  await kubectl("delete", "job", "report-asks", "-n", "shop", "--ignore-not-found");
  await apply([{ ...job, spec: template }]);
  await kubectl("wait", "--for=condition=complete", "job/report-asks", "-n", "shop", "--timeout=120s");
  return kubectl("logs", "job/report-asks", "-n", "shop", "-c", "report");
}

async function askAs(identity: string): Promise<string> {
  if (identity === "report") {
    return askAsReport();
  }
  const [namespace, workload, container] = PODS[identity];
  return kubectl("exec", "-n", namespace, workload, "-c", container, "--", "sh", "-c", SCRIPT);
}

/** Who asked whom, and was answered otherwise than declared. */
async function mismatches(identity: string) {
  const answers = new Map(
    (await askAs(identity)).split("\n").map((line) => line.trim().split(" ", 2) as [string, string]),
  );
  return QUESTIONS.flatMap(({ to, by, answer }, i) => {
    const got = answers.get(String(i)) ?? "nothing";
    const may = by.includes(identity);
    return (may ? got === answer : REFUSED.includes(got))
      ? []
      : [`${identity} → ${to}: ${may ? answer : "refused"}, but ${got}`];
  });
}

/** Asks everything as everybody; what may be asked has a moment to be answered, what may not has none. */
export async function judgeCalls(): Promise<{ asked: number; wrong: string[] }> {
  const wrong: string[] = [];
  for (const identity of IDENTITIES) {
    const found = await poll(
      `answers to ${identity}`,
      () => mismatches(identity),
      (all) => all.every((one) => one.includes("refused, but")),
      120,
    );
    wrong.push(...found);
  }
  return { asked: IDENTITIES.length * QUESTIONS.length, wrong };
}
