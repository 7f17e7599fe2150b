import { sha256 } from "./sha256";

/** What tells one definition of a thing from another: eight hexadecimal digits. */
export function generation(tags: readonly string[]): string {
  return sha256(tags.join("\n")).slice(0, 8);
}

/**
 * The tags of something that Traefik knows by its name, under a name that goes with the definition: `orders-3f2a9bc1`, as
 * Kubernetes names the pods of a Deployment. While pods before and after a change run, their tags define both, and each is
 * served; of two definitions under one name Traefik's provider drops both [traefik pkg/provider/merge.go].
 */
export function generationTags(name: string, tags: (name: string) => string[]): string[] {
  return tags(`${name}-${generation(tags(name))}`);
}
