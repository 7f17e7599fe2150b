import { defineConfig } from "vitepress";

/** The pages by what their reader is about to do; `docs/index.md` lists them in the same order. */
const pages = {
  "Get started": ["quickstart", "concepts", "article"],
  "Run services": [
    "services",
    "routing",
    "ingress",
    "tls",
    "intentions",
    "egress",
    "from-open-to-closed",
    "teams",
    "other-languages",
  ],
  Operate: [
    "operations",
    "environments",
    "rotation",
    "recovery",
    "reliability",
    "observability",
    "performance",
    "consoles",
  ],
  Secure: ["policies", "isolation", "bring-your-own"],
  "Something is wrong": ["troubleshooting", "verify"],
  "Look up": ["reference", "chart-values"],
};

const title = (page: string) => page[0].toUpperCase() + page.slice(1).replaceAll("-", " ");

export default defineConfig({
  title: "consul-traefik-mesh",
  description: "A zero-trust Consul service mesh with Traefik as its native ingress, as a typed Pulumi program",
  srcExclude: ["images/**", "node_modules/**"],
  outDir: "../site",
  // Links out of docs/ lead to files of the checkout, which are no pages. All others have to lead somewhere.
  ignoreDeadLinks: [/^(\.\/)?\.\.\//, /^https?:\/\/localhost/],
  themeConfig: {
    search: { provider: "local" },
    sidebar: Object.entries(pages).map(([text, names]) => ({
      text,
      items: names.map((name) => ({ text: title(name), link: `/${name}` })),
    })),
  },
});
