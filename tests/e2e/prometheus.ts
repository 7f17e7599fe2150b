import { ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as yaml from "yaml";
import { killed, onFreePorts, run } from "../consul/processes";
import { kubectl } from "./cluster";

/** What a scrape found. */
export interface Target {
  readonly health: string;
  readonly lastError: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A real Prometheus beside the cluster, configured by the project's own file; it scrapes each second. Debian's is built
 * without Kubernetes discovery: it is told the pods that there are at its start, with the labels that discovery gives.
 */
export class Prometheus {
  private constructor(
    private readonly process: ChildProcess,
    private readonly url: string,
    private readonly directory: string,
  ) {}

  static async start(configuration: string, consulCa: string): Promise<Prometheus> {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "prometheus-"));
    const config = yaml.parse(fs.readFileSync(configuration, "utf8"));
    config.global.scrape_interval = "1s";
    for (const job of config.scrape_configs) {
      const selectors: string[] = job.kubernetes_sd_configs.flatMap((sd: any) =>
        (sd.selectors ?? []).map(({ label }: { label: string }) => label),
      );
      delete job.kubernetes_sd_configs;
      const file = path.join(directory, `${job.job_name}.json`);
      fs.writeFileSync(file, JSON.stringify(await discovered(selectors)));
      job.file_sd_configs = [{ files: [file] }];
      if (job.tls_config !== undefined) {
        job.tls_config.ca_file = path.join(directory, "consul-ca.crt");
        fs.writeFileSync(job.tls_config.ca_file, consulCa);
      }
    }
    fs.writeFileSync(path.join(directory, "prometheus.yml"), yaml.stringify(config));
    return onFreePorts(1, async ([port]) => {
      const args = [
        `--config.file=${path.join(directory, "prometheus.yml")}`,
        `--storage.tsdb.path=${path.join(directory, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ];
      const url = `http://127.0.0.1:${port}/api/v1`;
      const answers = async () => (await fetch(`${url}/query?query=${encodeURIComponent("vector(1)")}`)).ok;
      return new Prometheus(await run("prometheus", args, answers), url, directory);
    });
  }

  /** The values of an expression now, by their labels as text; those that are no number left out. */
  async query(expression: string): Promise<Map<string, number>> {
    const { result } = await this.ask(`query?query=${encodeURIComponent(expression)}`);
    return new Map(
      result
        .map((each: any) => [JSON.stringify(each.metric), Number(each.value[1])] as const)
        .filter(([, value]: readonly [string, number]) => !Number.isNaN(value)),
    );
  }

  async targets(): Promise<Target[]> {
    return (await this.ask("targets?state=active")).activeTargets;
  }

  private async ask(what: string): Promise<any> {
    const response = await fetch(`${this.url}/${what}`);
    const body = (await response.json()) as { status: string; error?: string; data: any };
    if (body.status !== "success") {
      throw new Error(`${what}: ${body.error}`);
    }
    return body.data;
  }

  async stop(): Promise<void> {
    await killed(this.process);
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One target for each port of each container, as Prometheus' discovery of the role "pod" makes them. */
async function discovered(selectors: string[]): Promise<{ targets: string[]; labels: Record<string, string> }[]> {
  const selected = selectors.flatMap((selector) => ["-l", selector]);
  const { items } = JSON.parse(await kubectl("get", "pods", "-A", "-o", "json", ...selected));
  const meta = (prefix: string, values: Record<string, string> = {}) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        `__meta_kubernetes_pod_${prefix}_${key.replace(/[^a-zA-Z0-9_]/g, "_")}`,
        value,
      ]),
    );
  return items
    .filter(({ status }: any) => status.podIP !== undefined)
    .flatMap(({ metadata, spec, status }: any) =>
      spec.containers.flatMap((container: any) =>
        (container.ports ?? [{}]).map(({ containerPort }: any) => ({
          targets: [containerPort === undefined ? status.podIP : `${status.podIP}:${containerPort}`],
          labels: {
            __meta_kubernetes_namespace: metadata.namespace,
            __meta_kubernetes_pod_name: metadata.name,
            __meta_kubernetes_pod_ip: status.podIP,
            __meta_kubernetes_pod_container_name: container.name,
            __meta_kubernetes_pod_container_port_number: String(containerPort ?? ""),
            ...meta("label", metadata.labels),
            ...meta("annotation", metadata.annotations),
          },
        })),
      ),
    );
}
