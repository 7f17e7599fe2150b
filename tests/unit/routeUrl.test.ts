import { routeUrl } from "../../components/routing/routeUrl";

const usual = { web: 80, websecure: 443 };
const swapped = { web: 443, websecure: 80 };

test.each<[url: string, ports: typeof usual, more: [path?: string, tls?: boolean]]>([
  ["http://a.test/", usual, []],
  ["http://a.test/b", usual, ["/b"]],
  ["https://a.test/b", usual, ["/b", true]],
  ["http://a.test:443/b", swapped, ["/b", false]],
  ["https://a.test:80/b", swapped, ["/b", true]],
])("a route is at %s", (url, ports, more) => {
  expect(routeUrl(ports, "a.test", ...more)).toBe(url);
});
