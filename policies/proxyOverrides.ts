import { at, ifKnown, Json, list, record, textAt } from "./lib/json";
import { onMeshPods } from "./lib/meshPods";
import { ClusterObject, isConfigEntry } from "./lib/objects";
import { commandLine, consulAnnotation, containersOf } from "./lib/pods";
import { policy } from "./lib/policy";
import { parsed } from "./lib/traefik";

/** Extensions that change neither who is let in nor where a request goes. */
const HARMLESS_EXTENSIONS = ["builtin/otel-access-logging", "builtin/http/localratelimit"];
/**
 * Settings of a proxy that replace what Consul makes of intentions, or open a listener beside it. Tracing, statistics and
 * clusters without a listener do neither. Consul reads the names without regard to case [agent/xds/config].
 */
const HARMLESS_JSON = [
  "envoy_extra_static_clusters_json",
  "envoy_extra_stats_sinks_json",
  "envoy_listener_tracing_json",
  "envoy_stats_config_json",
  "envoy_tracing_json",
];
const BINDS = /^(bind_address|bind_port|envoy_gateway_bind_.*|envoy_mesh_gateway_bind_.*)$/;
/** Envoy's options that say how it works and not what it serves; what follows `--` it ignores. */
const HARMLESS_ARGUMENTS =
  /^(-l|--log-level|--component-log-level|--log-format(-escaped)?|--log-path|--enable-fine-grain-logging|--concurrency|--cpuset-threads|--drain-time-s|--drain-strategy|--parent-shutdown-time-s|--file-flush-interval-msec|--disable-hot-restart|--base-id|--use-dynamic-base-id|--local-address-ip-version|--socket-mode|--skip-deprecated-logs)(=|$)/;

/** Annotation with a pod's own settings of its proxy, which come before what config entries say. */
const PROXY_CONFIG = "proxy-config-map";

const POD = onMeshPods(function* (pod) {
  yield* argumentProblems(String(consulAnnotation(pod, "envoy-extra-args")));
  const config = consulAnnotation(pod, PROXY_CONFIG);
  if (config) {
    const values = parsed(config);
    yield* values === undefined
      ? [`${PROXY_CONFIG} is not JSON, so it cannot be judged`]
      : configProblems(PROXY_CONFIG, record(values));
  }
  for (const name of ["consul-sidecar-user-volume", "consul-sidecar-user-volume-mount"]) {
    if (consulAnnotation(pod, name)) {
      yield `${name} puts files of the program's into the sidecar`;
    }
  }
  if (consulAnnotation(pod, "connect-inject-mount-volume")) {
    yield "connect-inject-mount-volume hands the sidecar's files, its Consul token among them, to other containers";
  }
});

/** What Consul makes of intentions is configuration of Envoy: whoever may write that may leave them out. */
export const proxyOverrides = policy<{ extensions: string[] }>({
  name: "no-proxy-override",
  description: "Every proxy of the mesh runs with the configuration that Consul makes for it.",
  severity: "critical",
  remedy: "Remove it; what Consul has a setting for, ServiceDefaults, ServiceRouter and the like can say",
  config: {
    extensions: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Envoy extensions, such as builtin/ext-authz, that are there on purpose",
    },
  },
  *object(object, { config }) {
    yield* POD.object(object);
    for (const given of ofAllSidecars(object)) {
      yield* argumentProblems(given);
    }
    if (!isConfigEntry(object, "ProxyDefaults", "ServiceDefaults")) {
      return;
    }
    const allowed = [...HARMLESS_EXTENSIONS, ...config.extensions];
    for (const [i, extension] of list(at(object.body, "spec", "envoyExtensions")).entries()) {
      const name = textAt(extension, "name") ?? "one without a name";
      if (!allowed.includes(name)) {
        yield `spec.envoyExtensions[${i}] is ${name}, which can change what intentions made`;
      }
    }
    yield* configProblems("spec.config", configOf(object.body));
    const upstreams = at(object.body, "spec", "upstreamConfig");
    for (const [path, upstream] of [
      ["defaults", at(upstreams, "defaults")],
      ...list(at(upstreams, "overrides")).map((o, i) => [`overrides[${i}]`, o] as const),
    ] as const) {
      for (const key of ["envoyListenerJSON", "envoyClusterJSON"].filter((k) => at(upstream, k))) {
        yield `spec.upstreamConfig.${path}.${key} replaces a connection that Consul secures`;
      }
    }
  },
  stack: POD.stack,
});

/** `spec.config` of ProxyDefaults is free JSON, which a program may also give as text. */
function configOf(body: Json): Json {
  const config = at(body, "spec", "config");
  return record(typeof config === "string" ? parsed(config) : config);
}

function* configProblems(where: string, config: Json): Iterable<string> {
  for (const [key, value] of Object.entries(config)) {
    const name = key.toLowerCase();
    if (/^envoy_.*_json(_tpl)?$/.test(name) && !HARMLESS_JSON.includes(name)) {
      yield `${where}.${key} replaces configuration that Consul makes, or adds a listener that no intention guards`;
    } else if (where === PROXY_CONFIG && name === "protocol") {
      yield `${where}.${key} has the sidecar speak ${value}, whatever ServiceDefaults say: over tcp it asks for no token`;
    } else if (BINDS.test(name)) {
      yield `${where}.${key} moves the proxy's listener away from where the pod's traffic is redirected to`;
    } else if (name === "envoy_stats_bind_addr" && !/^(127\.|\[?::1\]?:|localhost:)/.test(String(value))) {
      yield `${where}.${key} opens Envoy's statistics at ${value}, without mutual TLS`;
    }
  }
}

/** Arguments that the injector is told to give to every Envoy, as the chart does by connectInject.envoyExtraArgs. */
function ofAllSidecars(object: ClusterObject): string[] {
  const commands = containersOf(object).map((container) =>
    String(ifKnown(() => commandLine(container).join(" "), undefined)),
  );
  return commands.flatMap((command) =>
    [...command.matchAll(/-envoy-extra-args[= ](?:"([^"]*)"|'([^']*)'|(\S*))/g)].map(([, ...given]) => given.join("")),
  );
}

function* argumentProblems(text: string): Iterable<string> {
  const words = text.split(/\s/);
  const end = words.indexOf("--");
  for (const word of (end < 0 ? words : words.slice(0, end)).map((w) => w.replace(/["'\\]/g, ""))) {
    if (word.startsWith("-") && !HARMLESS_ARGUMENTS.test(word)) {
      yield `envoy-extra-args ${word} changes what Envoy serves`;
    }
  }
}
