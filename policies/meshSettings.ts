import { keySetReasons } from "../components/intentions/keySets";
import { at, list, record, textAt } from "./lib/json";
import { ClusterObject, isConfigEntry } from "./lib/objects";
import { policy } from "./lib/policy";

/** Settings of the whole mesh that take away what intentions and mutual TLS count on. */
export const meshSettings = policy({
  name: "mesh-hardened",
  description:
    "The mesh speaks TLS 1.2 or later, reads paths as intentions do and verifies tokens by public keys from a verified source.",
  severity: "high",
  remedy:
    "Set meshDestinationsOnly and sanitizeXForwardedClientCert to true and pathWithEscapedSlashesAction to REJECT_REQUEST, give public keys or their server's CA, and leave out what else is named",
  *object(object) {
    if (isConfigEntry(object, "Mesh")) {
      yield* meshProblems(object);
    } else if (isConfigEntry(object, "IngressGateway")) {
      yield* tlsProblems(at(object.body, "spec", "tls"), "spec.tls");
      for (const [i, listener] of list(at(object.body, "spec", "listeners")).entries()) {
        yield* tlsProblems(at(listener, "tls"), `spec.listeners[${i}].tls`);
      }
    } else if (isConfigEntry(object, "JWTProvider")) {
      yield* keyProblems(at(object.body, "spec", "jsonWebKeySet"));
    }
  },
});

/** Of a JWTProvider: whoever has the key that tokens are verified by, or can put another in its place, signs them. */
function* keyProblems(keys: unknown): Iterable<string> {
  const remote = at(keys, "remote");
  const uri = textAt(remote, "uri");
  if (uri !== undefined && !/^https:\/\//i.test(uri)) {
    yield `spec.jsonWebKeySet.remote.uri ${uri} is not fetched by TLS: whoever is in between can sign tokens`;
  } else if (uri !== undefined && Object.keys(record(at(remote, "jwksCluster", "tlsCertificates"))).length === 0) {
    yield "spec.jsonWebKeySet.remote.jwksCluster has no tlsCertificates, so that no certificate is verified: whoever is in between can sign tokens";
  }
  const jwks = textAt(keys, "local", "jwks");
  for (const reason of jwks === undefined ? [] : keySetReasons(Buffer.from(jwks, "base64").toString())) {
    yield `spec.jsonWebKeySet.local.jwks ${reason}`;
  }
}

function* meshProblems({ body }: ClusterObject): Iterable<string> {
  for (const direction of ["incoming", "outgoing"]) {
    yield* tlsProblems(at(body, "spec", "tls", direction), `spec.tls.${direction}`);
  }
  if (at(body, "spec", "transparentProxy", "meshDestinationsOnly") === false) {
    yield "spec.transparentProxy.meshDestinationsOnly is false: pods reach every address, past the mesh";
  }
  if (at(body, "spec", "http", "sanitizeXForwardedClientCert") === false) {
    yield "spec.http.sanitizeXForwardedClientCert is false: a caller may claim in a header to be another";
  }
  const normalization = at(body, "spec", "http", "incoming", "requestNormalization");
  if (at(normalization, "insecureDisablePathNormalization")) {
    yield "insecureDisablePathNormalization is set: /public/../admin does not match an intention for /admin";
  }
  const escaped = textAt(normalization, "pathWithEscapedSlashesAction");
  // Envoy's default is to keep them.
  if (escaped === "KEEP_UNCHANGED" || escaped === "IMPLEMENTATION_SPECIFIC_DEFAULT") {
    yield `pathWithEscapedSlashesAction is ${escaped}: %2F hides a path from an intention that the service then serves`;
  }
}

function* tlsProblems(tls: unknown, path: string): Iterable<string> {
  for (const key of ["tlsMinVersion", "tlsMaxVersion"]) {
    const version = String(at(tls, key));
    if (["tlsv1_0", "tlsv1_1"].includes(version.toLowerCase())) {
      yield `${path}.${key} is ${version}, which is broken`;
    }
  }
  for (const suite of list(at(tls, "cipherSuites")).map(String)) {
    if (!/ECDHE/.test(suite)) {
      yield `${path}.cipherSuites has ${suite}, without forward secrecy`;
    }
  }
}
