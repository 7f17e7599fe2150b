import type * as pulumi from "@pulumi/pulumi";
import { LATER_IN_ENV } from "../pods/judgedLater";
import { replaceLater } from "../shared/laterValues";
import type { RouteTlsArgs } from "../routing/routeTls";
import type { CertificateResolver, DnsChallenge, ExternalAccountBinding } from "./certificateResolvers";
import type { ConsoleRoute } from "./consoles";
import type { TraefikOptions } from "./traefikOptions";
import type { UserList } from "./userLists";

/** What an ingress names that may be another resource's output in a program; all else decides what there is, and is plain. */
export interface TraefikInputs {
  readonly serviceAnnotations?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly serviceAccountAnnotations?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly loadBalancerSourceRanges?: readonly pulumi.Input<string>[];
  readonly forwardedHeadersTrustedIps?: readonly pulumi.Input<string>[];
  readonly proxyProtocolTrustedIps?: readonly pulumi.Input<string>[];
  readonly userLists?: Readonly<Record<string, UserListArgs>>;
  readonly certificateResolvers?: Readonly<Record<string, CertificateResolverArgs>>;
  readonly consoles?: { readonly dashboard?: ConsoleRouteArgs; readonly consulUi?: ConsoleRouteArgs };
}

/** A console's route as a program declares it. */
export interface ConsoleRouteArgs extends Omit<ConsoleRoute, "host" | "tls"> {
  readonly host: pulumi.Input<string>;
  readonly tls?: RouteTlsArgs;
}

/** A user list as a program declares it. */
export interface UserListArgs extends Omit<UserList, "secretName"> {
  readonly secretName: pulumi.Input<string>;
}

/** A certificate resolver as a program declares it. */
export interface CertificateResolverArgs extends Omit<
  CertificateResolver,
  "email" | "caServer" | "eab" | "dnsChallenge"
> {
  readonly email: pulumi.Input<string>;
  readonly caServer?: pulumi.Input<string>;
  readonly eab?: { readonly [key in keyof ExternalAccountBinding]: pulumi.Input<string> };
  readonly dnsChallenge?: Omit<DnsChallenge, "credentialsSecret"> & {
    readonly credentialsSecret?: pulumi.Input<string>;
  };
}

/** The options of an ingress as a program declares them. */
export type TraefikArgs = Omit<TraefikOptions, keyof TraefikInputs> & TraefikInputs;

/** What stands for a value that is not known yet, by the path of its input, so that all else is judged: nothing is wrong with it. */
const STAND_INS: readonly (readonly [path: RegExp, standIn: string])[] = [
  [/^service(Account)?Annotations\./, "not-known-yet"],
  [LATER_IN_ENV, "not-known-yet"],
  [/^(loadBalancerSourceRanges|(forwardedHeaders|proxyProtocol)TrustedIps)\[/, "192.0.2.0/24"],
  [/^consoles\.dashboard\.(host|tls\.domains\[.*)$/, "dashboard.not-known-yet.invalid"],
  [/^consoles\.consulUi\.(host|tls\.domains\[.*)$/, "consul-ui.not-known-yet.invalid"],
  [/^certificateResolvers\..+\.email$/, "not-known-yet@example.com"],
  [/^certificateResolvers\..+\.caServer$/, "https://not-known-yet.invalid"],
  [/^certificateResolvers\..+\.(eab\.(kid|hmacSecret)|dnsChallenge\.credentialsSecret)$/, "not-known-yet"],
  [/^userLists\..+\.secretName$/, "not-known-yet"],
];

/** Where the options of an ingress may be other resources' outputs. */
export const LATER_IN_TRAEFIK = STAND_INS.map(([path]) => path);

/** The options of an ingress, with what stands for each value that another resource makes. */
export function withStandIns(args: TraefikArgs): TraefikOptions {
  return replaceLater(
    args,
    (value, path) => secretOfProvider(args, path) ?? STAND_INS.find(([input]) => input.test(path))?.[1] ?? value,
  ) as TraefikOptions;
}

/** The Secret that another resolver names for the same DNS provider: they have to be the same, which is judged when both are known. */
function secretOfProvider({ certificateResolvers = {} }: TraefikArgs, path: string): string | undefined {
  const resolvers = Object.entries(certificateResolvers);
  const [, its] =
    resolvers.find(([name]) => path === `certificateResolvers.${name}.dnsChallenge.credentialsSecret`) ?? [];
  return resolvers
    .map(([, { dnsChallenge }]) => dnsChallenge)
    .filter((challenge) => challenge?.provider === its?.dnsChallenge?.provider)
    .map((challenge) => challenge?.credentialsSecret)
    .find((secret) => typeof secret === "string");
}
