import * as pulumi from "@pulumi/pulumi";

/** A resource as the program handed it to the engine. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, any>;
  readonly parent: string;
  /** Names of the resources that the engine makes before this one. */
  readonly dependsOn: string[];
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean;
  /** Properties whose change makes it anew. */
  readonly replaceOnChanges: string[];
  /** Properties whose change is left alone. */
  readonly ignoreChanges: string[];
  /** What runs before it is made, by name. */
  readonly beforeCreate: string[];
  readonly retainOnDelete: boolean;
  /** What is asked, by name, whether what failed is tried again. */
  readonly onError: string[];
  /** How long each operation may take. */
  readonly timeouts: { readonly create: string; readonly update: string; readonly delete: string };
}

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** What a program asks the engine to read. */
export interface Read {
  readonly name: string;
  readonly id: string;
  readonly props: Record<string, any>;
  /** Outputs that are secrets, whatever the provider says. */
  readonly secret: string[];
}

/** What a provider would answer, for the few outputs that the program goes on with. */
const ANSWERS: Record<string, (inputs: any) => any> = {
  "kubernetes:helm.sh/v3:Release": (inputs) => ({ ...inputs, status: { namespace: inputs.namespace, revision: 1 } }),
  "kubernetes:core/v1:Secret": (inputs) => ({
    ...inputs,
    data: inputs.data ?? { "tls.crt": base64("the CA"), "ca.pem": base64("another CA") },
  }),
  // Each object gets one from the API server.
  "kubernetes:consul.hashicorp.com/v1alpha1:ServiceDefaults": (inputs) => ({
    ...inputs,
    metadata: { ...inputs.metadata, uid: `uid of ${inputs.metadata.name}` },
  }),
  // Of one that is read.
  "kubernetes:apps/v1:Deployment": (inputs) => ({ spec: { template: { spec: { containers: [] } } }, ...inputs }),
  "random:index/randomBytes:RandomBytes": (inputs) => ({
    ...inputs,
    base64: "cmFuZG9tIGJ5dGVz",
    hex: "0123456789abcdef0123456789abcdef",
  }),
};

/** Begins a run, or a preview, for code that asks Pulumi which it is and of which stack. */
export const begin = (preview = false, project?: string, stack?: string) =>
  pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, project, stack, preview);

/**
 * Runs a program against a monitor that makes nothing and records every registration: parents, dependencies and
 * protection too, which Pulumi's mocks do not show. `stacks` are the outputs of others, `state` this one's resources by URN;
 * `reads` is filled with what is read; `answers` are what providers answer, by type. In a
 * `preview` they answer too.
 */
export async function record(
  program: () => unknown,
  stacks: Readonly<Record<string, object>> = {},
  state: Readonly<Record<string, object>> = {},
  reads: Read[] = [],
  answers: typeof ANSWERS = {},
  preview = false,
): Promise<Recorded[]> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => ({
        id: id ?? `${name}-id`,
        state: ({ ...ANSWERS, ...answers }[type] ?? ((i) => i))(inputs),
      }),
      call: ({ token, inputs }) => {
        if (token === "pulumi:pulumi:readStackOutputs") {
          return { outputs: stacks[inputs.name] ?? {} };
        }
        return token === "pulumi:pulumi:readStackResourceOutputs" ? { outputs: state } : inputs;
      },
    },
    "consul-traefik-mesh",
    "test",
    preview,
    "organization",
  );
  const monitor: any = pulumi.runtime.getMonitor();
  const requests: any[] = [];
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request: any, callback: unknown) => {
    requests.push(request);
    return register(request, callback);
  };
  const read = monitor.readResource.bind(monitor);
  monitor.readResource = (request: any, callback: unknown) => {
    reads.push({
      name: request.getName(),
      id: request.getId(),
      props: request.getProperties().toJavaScript(),
      secret: request.getAdditionalsecretoutputsList(),
    });
    return read(request, callback);
  };
  await pulumi.runtime.runInPulumiStack(async () => void (await program()));
  await pulumi.runtime.disconnect();
  const nameOf = (urn: string) => urn.split("::").pop()!;
  return requests.map((request) => ({
    type: request.getType(),
    name: request.getName(),
    props: request.getObject().toJavaScript(),
    parent: nameOf(request.getParent()),
    dependsOn: request.getDependenciesList().map(nameOf).sort(),
    protect: request.getProtect(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceOnChanges: request.getReplaceonchangesList(),
    ignoreChanges: request.getIgnorechangesList(),
    beforeCreate: request.getHooks()?.getBeforeCreateList() ?? [],
    retainOnDelete: request.getRetainondelete(),
    onError: request.getHooks()?.getOnErrorList() ?? [],
    timeouts: {
      create: request.getCustomtimeouts()?.getCreate() ?? "",
      update: request.getCustomtimeouts()?.getUpdate() ?? "",
      delete: request.getCustomtimeouts()?.getDelete() ?? "",
    },
  }));
}

/** The one recorded resource of that name. */
export function find(recorded: Recorded[], name: string): Recorded {
  const found = recorded.filter((r) => r.name === name);
  if (found.length !== 1) {
    throw new Error(`${found.length} resources "${name}" among ${recorded.map((r) => r.name).join(", ")}`);
  }
  return found[0];
}
