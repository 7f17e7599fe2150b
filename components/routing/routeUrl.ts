/** The URL of a route through an ingress with these ports. */
export function routeUrl(
  ports: { readonly web: number; readonly websecure: number },
  host: string,
  path = "/",
  tls = false,
): string {
  const [scheme, port, usual] = tls ? ["https", ports.websecure, 443] : ["http", ports.web, 80];
  return `${scheme}://${host}${port === usual ? "" : `:${port}`}${path}`;
}
