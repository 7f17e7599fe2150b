import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { TraefikInputs } from "./traefikInputs";

type Resolvers = NonNullable<TraefikInputs["certificateResolvers"]>;

/** The variables that arguments take keys of Secrets from. */
export function resolverEnvironment(resolvers: Resolvers): k8s.types.input.core.v1.EnvVar[] {
  return Object.entries(resolvers).flatMap(([name, { eab }]) =>
    eab === undefined
      ? []
      : [
          {
            name: hmacVariable(name),
            valueFrom: { secretKeyRef: { name: eab.hmacSecret, key: "hmacEncoded" } },
          },
        ],
  );
}

/** The variable with the key by which a resolver's account is bound. */
export function hmacVariable(resolver: string): string {
  return `ACME_EAB_${resolver.toUpperCase().replaceAll("-", "_")}`;
}

/** The Secrets whose keys become Traefik's environment: a DNS provider has one. */
export function credentialsSecrets(resolvers: Resolvers): pulumi.Input<string>[] {
  const byProvider = Object.values(resolvers).flatMap(({ dnsChallenge }) =>
    dnsChallenge?.credentialsSecret === undefined
      ? []
      : [[dnsChallenge.provider, dnsChallenge.credentialsSecret] as const],
  );
  return [...new Set(new Map(byProvider).values())];
}
