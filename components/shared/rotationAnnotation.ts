/** The annotation by which another word restarts pods. */
export function rotationAnnotation(what: string, word: string | undefined): Record<string, string> {
  return word === undefined ? {} : { [`consul-traefik-mesh/${what}-rotation`]: word };
}
