import { ChildProcess, spawn } from "node:child_process";
import * as path from "node:path";
import { credentials } from "@grpc/grpc-js";
import { runtime } from "@pulumi/pulumi";
import * as wire from "@pulumi/pulumi/proto/analyzer_pb";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

export const PACK = path.resolve(__dirname, "../../policies");

/** What the engine sends for a value that preview does not know yet. */
export const UNKNOWN = runtime.unknownValue;

/** A resource as a program of any language registers it. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, any>;
  /** What became of it, which is shown at the end. Default: `props`. */
  readonly outputs?: Record<string, any>;
  /** Types of the resources that a property was made from, by property. */
  readonly madeFrom?: Record<string, Resource>;
  /** The component that it belongs to. */
  readonly parent?: Resource;
  readonly ignoreChanges?: string[];
  /** Its Kubernetes provider, where the program names one. */
  readonly provider?: { readonly name: string; readonly props: Record<string, any> };
  /** It is in the stack, and no part of the change: the engine does not show it before it is made. Default: it is. */
  readonly unchanged?: boolean;
}

export interface Violation {
  readonly policy: string;
  readonly level: "advisory" | "mandatory";
  readonly message: string;
  readonly urn: string;
}

/** A running policy pack, asked as the engine asks it. */
export class Analyzer {
  private constructor(
    private readonly child: ChildProcess | undefined,
    private readonly client: any,
  ) {}

  /** A pack in a folder. This project's own is started once for all files of a worker that have the same environment. */
  static async start(folder = PACK, more: NodeJS.ProcessEnv = {}): Promise<Analyzer> {
    if (folder !== PACK || Object.keys(more).length > 0) {
      const { child, port } = await startPack(folder, { ...process.env, ...more });
      return new Analyzer(child, clientOf(port));
    }
    if (process.env.PACK_IN_PROCESS !== undefined) {
      return new Analyzer(undefined, clientOf(await (inProcess ??= serveHere())));
    }
    // The file's own folder for what is temporary goes with it.
    const env = { ...process.env, TMPDIR: kept.tmpdir };
    const { port } = await (kept.packs[JSON.stringify(env)] ??= startPack(PACK, env));
    return new Analyzer(undefined, clientOf(port));
  }

  /** Starts the pack for one use; it ends with it, also where that fails. */
  static async use<T>(
    ask: (analyzer: Analyzer) => Promise<T>,
    ...where: Parameters<typeof Analyzer.start>
  ): Promise<T> {
    const analyzer = await Analyzer.start(...where);
    try {
      return await ask(analyzer);
    } finally {
      analyzer.stop();
    }
  }

  stop(): void {
    this.client.close();
    this.child?.kill();
  }

  private call(method: string, request: unknown): Promise<any> {
    return new Promise((resolve, reject) =>
      this.client[method](request, (error: Error | null, answer: unknown) => (error ? reject(error) : resolve(answer))),
    );
  }

  private info: Promise<wire.PolicyInfo.AsObject[]> | undefined;
  /** What was configured last. */
  private configured = "";

  /** Name, level, severity, description and configuration of each policy. */
  policies(): Promise<wire.PolicyInfo.AsObject[]> {
    return (this.info ??= this.askPolicies());
  }

  private async askPolicies(): Promise<wire.PolicyInfo.AsObject[]> {
    const info: wire.AnalyzerInfo = await this.call("getAnalyzerInfo", new Empty());
    return info.getPoliciesList().map((p) => ({ ...p.toObject(), configschema: schemaOf(p) as any }));
  }

  /** What the CLI does with a configuration: defaults of the schema first, then what is given. */
  async configure(config: Record<string, Record<string, unknown>> = {}): Promise<void> {
    const asked = JSON.stringify(Object.entries(config).filter(([, own]) => Object.keys(own).length > 0));
    if (asked === this.configured) {
      return;
    }
    const request = new wire.ConfigureAnalyzerRequest();
    for (const { name, enforcementlevel, configschema } of await this.policies()) {
      const schema = (configschema ?? {}) as unknown as Record<string, { default?: unknown }>;
      const defaults = Object.entries(schema).flatMap(([key, { default: value }]) =>
        value === undefined ? [] : [[key, value]],
      );
      const policy = new wire.PolicyConfig();
      // Where the mutants of one policy are played, the others rest, but for one that judges at the end: then the pack forgets.
      const rests = process.env.NAMED !== undefined && ![process.env.NAMED, "deny-all-exists"].includes(name);
      policy.setEnforcementlevel(rests ? wire.EnforcementLevel.DISABLED : enforcementlevel);
      policy.setProperties(Struct.fromJavaScript({ ...Object.fromEntries(defaults), ...config[name] } as any));
      request.getPolicyconfigMap().set(name, policy);
    }
    await this.call("configure", request);
    this.configured = asked;
  }

  /** What the pack says of a stack: of each resource before it is made, then of all of them. */
  async judge(stack: string, resources: readonly Resource[]): Promise<Violation[]> {
    const all: Violation[] = [];
    for (const resource of resources.filter(({ unchanged }) => !unchanged)) {
      all.push(
        ...violations(await this.call("analyze", fill(new wire.AnalyzeRequest(), stack, resource)), resource, stack),
      );
    }
    const request = new wire.AnalyzeStackRequest();
    request.setResourcesList(
      resources.map((resource) => {
        const filled = fill(new wire.AnalyzerResource(), stack, {
          ...resource,
          props: resource.outputs ?? resource.props,
        });
        for (const [property, origin] of Object.entries(resource.madeFrom ?? {})) {
          const dependencies = new wire.AnalyzerPropertyDependencies();
          dependencies.setUrnsList([urnOf(stack, origin)]);
          filled.getPropertydependenciesMap().set(property, dependencies);
        }
        if (resource.parent !== undefined) {
          filled.setParent(urnOf(stack, resource.parent));
        }
        return filled;
      }),
    );
    return [...all, ...violations(await this.call("analyzeStack", request))];
  }
}

interface Pack {
  readonly child: ChildProcess;
  readonly port: string;
}
/** What the files of a worker share; see tests/environment.mjs. */
declare const kept: { readonly tmpdir: string; readonly packs: Record<string, Promise<Pack>> };

/** Starts a pack by Pulumi's own runner, as the language host does. It ends with this process, however that ends. */
async function startPack(folder: string, env: NodeJS.ProcessEnv): Promise<Pack> {
  const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [folder] });
  // The address is the engine's, for its log; nobody listens there.
  const child = spawn(
    process.execPath,
    ["--require", path.join(__dirname, "endsWithStdin.cjs"), runner, "127.0.0.1:1", folder],
    { cwd: folder, env, stdio: "pipe" },
  );
  let errors = "";
  child.stderr.on("data", (data) => (errors += data));
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (data) => resolve(String(data).trim()));
    child.once("exit", (code) => reject(new Error(`the pack ended with ${code}: ${errors}`)));
  });
  // Nobody waits for its end.
  [child, child.stdin, child.stdout, child.stderr].forEach((each) => (each as ChildProcess).unref());
  return { child, port };
}

function clientOf(port: string): unknown {
  return new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
}

let inProcess: Promise<string> | undefined;
/** The port of the pack in this process, where Stryker's mutants of it are. */
function serveHere(): Promise<string> {
  const { log } = console;
  return new Promise((resolve) => {
    console.log = (port: string) => {
      console.log = log;
      resolve(port);
    };
    void import(path.join(PACK, "index.ts"));
  });
}

function urnOf(stack: string, resource: Resource): string {
  return `urn:pulumi:${stack}::some-project::${typesOf(resource)}::${resource.name}`;
}

/** A resource's type behind those of its parents. */
function typesOf({ type, parent }: Resource): string {
  return parent === undefined ? type : `${typesOf(parent)}$${type}`;
}

function fill<T extends wire.AnalyzeRequest | wire.AnalyzerResource>(message: T, stack: string, resource: Resource): T {
  message.setUrn(urnOf(stack, resource));
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(resource.props))));
  const options = new wire.AnalyzerResourceOptions();
  options.setIgnorechangesList(resource.ignoreChanges ?? []);
  message.setOptions(options);
  if (resource.provider !== undefined) {
    const { name, props } = resource.provider;
    const provider = new wire.AnalyzerProviderResource();
    provider.setUrn(urnOf(stack, { type: "pulumi:providers:kubernetes", name, props }));
    provider.setProperties(Struct.fromJavaScript(props));
    message.setProvider(provider);
  }
  return message;
}

function violations(answer: wire.AnalyzeResponse, resource?: Resource, stack = ""): Violation[] {
  return answer.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    level: diagnostic.getEnforcementlevel() === wire.EnforcementLevel.MANDATORY ? "mandatory" : "advisory",
    message: diagnostic.getMessage(),
    urn: diagnostic.getUrn() || (resource ? urnOf(stack, resource) : ""),
  }));
}

function schemaOf(policy: wire.PolicyInfo): unknown {
  return policy.getConfigschema()?.getProperties()?.toJavaScript();
}
