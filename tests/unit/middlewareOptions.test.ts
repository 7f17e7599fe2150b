import { HTTP_SAID, MIDDLEWARE_OPTIONS, TCP_SAID } from "../../components/routing/middlewareOptions";
import { middlewareProblems } from "../../components/routing/middlewareProblems";
import { Refused } from "../../components/routing/optionKinds";
import { CONFIDENTIAL, DEPRECATED, TRAEFIK_MIDDLEWARES } from "../../components/routing/traefikMiddlewares";
import { TAGS } from "../../components/routing/traefikVersions";

/** Paths such as `http.headers.stsSeconds` of all that a tree says something of. */
function paths(tree: unknown, at = ""): string[] {
  return typeof tree !== "object" || tree === null || tree instanceof Refused
    ? [at]
    : Object.entries(tree).flatMap(([key, inner]) => paths(inner, at === "" ? key : `${at}.${key}`));
}

const traefik = paths(TRAEFIK_MIDDLEWARES);
const said = paths({ http: HTTP_SAID, tcp: TCP_SAID });

test("nothing is said of an option that Traefik does not have", () => {
  expect(said.filter((path) => !traefik.some((each) => each === path || each.startsWith(`${path}.`)))).toEqual([]);
});

test("what Traefik will drop, or keeps out of its log, is refused, or taken knowingly", () => {
  expect([...DEPRECATED, ...CONFIDENTIAL].filter((path) => !said.includes(path))).toEqual([]);
});

test("an option that Traefik has and we do not take is refused with the reason, and not as unknown", () => {
  const headers = { sslRedirect: true, stsSeconds: 1 };
  expect(middlewareProblems("http", [{ headers }], "m")).toEqual([
    { propertyPath: "m[0].headers.sslRedirect", reason: "is one that Traefik will remove; use redirectScheme" },
  ]);
  expect(Object.keys(MIDDLEWARE_OPTIONS)).not.toContain("ipWhiteList");
});

test("the versions that an option needs are told of options that there are", () => {
  const known = traefik.map((path) => path.replace(/^(\w+)/, "$1.middlewares").toLowerCase());
  const ofMiddlewares = Object.keys(TAGS).filter((tag) => tag.includes(".middlewares."));
  expect(ofMiddlewares.filter((tag) => !known.some((each) => `${each}.`.startsWith(`${tag}.`)))).toEqual([]);
});
