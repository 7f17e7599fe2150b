import { Category, check } from "../check";
import { Certificate, Reading } from "../reading";

const DAY = 24 * 3600 * 1000;
/** Fewer days left than this, and a check fails. */
const DAYS_LEFT = 14;

/** That a certificate has ended, or will soon. */
function endProblems(what: string, notAfter: number, now: number, days = DAYS_LEFT): string[] {
  const left = Math.floor((notAfter - now) / DAY);
  const date = new Date(notAfter).toISOString().slice(0, 10);
  return left >= days ? [] : [left < 0 ? `${what} expired on ${date}` : `${what} expires on ${date}, in ${left} days`];
}

const ofPlace = (certificate: Certificate, now: number) => endProblems(certificate.place, certificate.notAfter, now);
const noServer = ({ trust }: Pick<Reading, "trust">) =>
  trust.server === undefined ? "the servers are external" : undefined;

export const TRUST: Category = {
  title: "certificates",
  when: "after",
  checks: [
    check({
      id: "ca-lasts",
      name: `the CA's certificate lasts ${DAYS_LEFT} days and more`,
      needs: ["trust"],
      judge: ({ trust }) => ofPlace(trust.ca, trust.now),
      hint: "renew it: docs/rotation.md, rotations.ca",
    }),
    check({
      id: "server-certificate-lasts",
      name: `the servers' certificate lasts ${DAYS_LEFT} days and more`,
      needs: ["trust"],
      skip: noServer,
      judge: ({ trust }) => ofPlace(trust.server!, trust.now),
      hint: "each upgrade of the release makes a new one; then the servers have to restart: docs/rotation.md",
    }),
    check({
      id: "webhook-certificate-lasts",
      name: "the injector's certificate has not expired",
      needs: ["trust"],
      skip: ({ trust }) => (trust.webhook === undefined ? "there is none" : undefined),
      // It is renewed each day, a few hours ahead.
      judge: ({ trust }) => endProblems(trust.webhook!.place, trust.webhook!.notAfter, trust.now, 0),
      hint: "kubectl -n consul-system logs deployment/consul-webhook-cert-manager, which renews it",
    }),
    check({
      id: "mesh-root-lasts",
      name: `the root of services' certificates lasts ${DAYS_LEFT} days and more, and is one`,
      // Roots are read where the servers have a leader.
      needs: ["quorum", "trust"],
      judge: ({ trust }) => {
        const active = trust.roots.filter((root) => root.active);
        return [
          ...(active.length === 1 ? [] : [`${active.length} roots are active`]),
          ...active.flatMap(({ name, notAfter }) => endProblems(name, notAfter, trust.now)),
        ];
      },
      hint: "renew it: docs/rotation.md, rotations.connectCa",
    }),
    check({
      id: "server-certificate-names",
      name: "the servers' certificate has every declared name",
      needs: ["declared", "trust"],
      skip: noServer,
      judge: ({ declared, trust }) =>
        (declared.mesh?.dnsNames ?? [])
          .filter((name) => !trust.server!.names.includes(name))
          .map((name) => `${trust.server!.place} lacks ${name}; it has ${trust.server!.names.join(", ")}`),
      hint: "the chart writes it at each upgrade of the release: change consulServerAdditionalDnsSans and run pulumi up",
    }),
    check({
      id: "server-certificate-chain",
      name: "the servers' certificate is signed by the CA",
      needs: ["trust"],
      skip: noServer,
      judge: ({ trust }) => (trust.server!.byCa ? [] : [`${trust.server!.place} is not signed by ${trust.ca.place}`]),
      hint: "the CA was replaced, or the certificate is of an earlier installation: docs/rotation.md, rotations.ca",
    }),
    check({
      id: "server-certificate-served",
      name: "each server shows the certificate of its Secret, or one as good",
      needs: ["trust"],
      skip: noServer,
      // The chart writes another one at each upgrade of the release, and a server goes on with what it has read.
      judge: ({ trust: { server, served, now } }) =>
        served
          .filter(({ fingerprint }) => fingerprint !== server!.fingerprint)
          .flatMap((shown) => {
            const lacking = server!.names.filter((name) => !shown.names.includes(name));
            return [
              ...(shown.error === undefined ? [] : [`${shown.place} is not trusted: ${shown.error}`]),
              ...(lacking.length === 0
                ? []
                : [`${shown.place} lacks ${lacking.join(", ")}; ${server!.place} has that`]),
              ...ofPlace(shown, now),
            ];
          }),
      hint: "it read the certificate when it started: kubectl -n consul-system rollout restart statefulset/consul-server",
    }),
  ],
};
