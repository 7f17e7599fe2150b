import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What a load saw: milliseconds that half and 99 of 100 requests took at most, and how many were answered in a second. */
export interface Seen {
  readonly p50: number;
  readonly p99: number;
  readonly rate: number;
}

const WARM_UP = 3;
/** Seconds of a load that is measured. */
const LASTS = Number(process.env.DURATION ?? 10);

/** Requests to a host through Traefik by fortio, as many at a time as there are connections, each after the answer to the one before. */
export async function load(host: string, connections: number): Promise<Seen> {
  await fortio(host, connections, WARM_UP);
  const { ActualQPS, DurationHistogram, RetCodes } = await fortio(host, connections, LASTS);
  if (Object.keys(RetCodes).join() !== "200") {
    throw new Error(`answers of ${host} by status: ${JSON.stringify(RetCodes)}`);
  }
  const at = (percentile: number) =>
    1000 * DurationHistogram.Percentiles.find((each: any) => each.Percentile === percentile).Value;
  return { p50: at(50), p99: at(99), rate: ActualQPS };
}

async function fortio(host: string, connections: number, seconds: number): Promise<any> {
  const { stdout } = await promisify(execFile)("fortio", [
    ...["load", "-quiet", "-json", "-", "-qps", "0", "-t", `${seconds}s`, "-c", `${connections}`, "-p", "50,99"],
    // Seconds: the finest steps of the histogram that the percentiles come from.
    ...["-r", "0.00001", "-H", `Host: ${host}`, "http://127.0.0.1:30080/"],
  ]);
  return JSON.parse(stdout);
}

/** The mean of what several loads saw. */
export function mean(all: readonly Seen[]): Seen {
  const of = (key: keyof Seen) => all.reduce((sum, each) => sum + each[key], 0) / all.length;
  return { p50: of("p50"), p99: of("p99"), rate: of("rate") };
}
