import { at, list, textAt } from "./lib/json";
import { isConfigEntry } from "./lib/objects";
import { commandLine, consulAnnotation, containersOf, podOf } from "./lib/pods";
import { policy } from "./lib/policy";

/** A port that the proxy does not guard answers whoever reaches the pod, in plain text, whatever the intentions say. */
export const inboundPorts = policy({
  name: "no-inbound-port-excluded",
  description: "Every inbound port of a pod in the mesh is guarded by its proxy.",
  severity: "critical",
  remedy: "Remove the exclusion; a probe or a metrics port needs none, since Consul's injector rewrites both",
  *object(object) {
    const pod = podOf(object);
    const ports = pod && consulAnnotation(pod, "transparent-proxy-exclude-inbound-ports");
    if (ports) {
      yield `inbound ports ${ports} are excluded from the proxy`;
    }
    if (pod && consulAnnotation(pod, "transparent-proxy") === "false") {
      yield "the transparent proxy is off, so every port is open";
    }
    if (
      object.kind === "Namespace" &&
      textAt(object.body, "metadata", "labels", "consul.hashicorp.com/transparent-proxy") === "false"
    ) {
      yield "the transparent proxy is off for the whole namespace";
    }
    if (isConfigEntry(object, "ServiceDefaults", "ProxyDefaults")) {
      if (at(object.body, "spec", "expose", "checks") || list(at(object.body, "spec", "expose", "paths")).length > 0) {
        yield "spec.expose opens paths without mutual TLS";
      }
    }
    // The injector's own default, which a chart's connectInject.transparentProxy.defaultEnabled becomes.
    for (const container of object.rendered ? containersOf(object) : []) {
      if (commandLine(container).some((argument) => /-default-enable-transparent-proxy=false\b/.test(argument))) {
        yield "the injector leaves the transparent proxy off by default";
      }
    }
  },
});
