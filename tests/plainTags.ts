/** Tags under the names that were declared: without the hash of each definition, and without those by which `up` asks. */
export function plainTags(tags: readonly string[]): string[] {
  return tags
    .map((tag) => tag.replace(/(?<=[a-z0-9])-[0-9a-f]{8}(?=[-.,]|$)/g, ""))
    .filter((tag) => !/^traefik\.http\.\w+\.[^.]+-(served|others)\./.test(tag));
}
