import { servedPath, servedTags } from "../../components/routing/servedTags";

const router = "traefik.http.routers";
const routes = [
  `${router}.shop.rule=Host(\`a.test\`)`,
  "traefik.http.middlewares.shop-1-compress.compress=true",
  `${router}.shop.middlewares=shop-1-compress,limits@file`,
  `${router}.shop-2.middlewares=auth@file,limits@file`,
  "traefik.http.middlewares.all.chain.middlewares=inner@file",
  "traefik.tcp.routers.shop.middlewares=conn",
];

test("Traefik says of a service's tags that it serves them, as soon as it can make what all of its routes need", () => {
  const path = servedPath("shop", routes);
  expect(path).toMatch(/^\/served\/shop\/[0-9a-f]{8}$/);
  const id = path.split("/")[3];
  const served = `shop-served-${id}`;
  expect(servedTags("shop", routes)).toEqual([
    `${router}.${served}.rule=Path(\`${path}\`)`,
    `${router}.${served}.entrypoints=admin`,
    `${router}.${served}.service=ping@internal`,
    `traefik.http.middlewares.${served}.redirectregex.regex=^.*$`,
    `traefik.http.middlewares.${served}.redirectregex.replacement=/served/`,
    `${router}.${served}.middlewares=${served},shop-1-compress,limits@file,auth@file`,
    `${router}.shop-others-${id}.rule=PathPrefix(\`/served/shop/\`) && !Path(\`${path}\`)`,
    `${router}.shop-others-${id}.entrypoints=admin`,
    `${router}.shop-others-${id}.service=ping@internal`,
  ]);
});

test("it is asked elsewhere for other tags, and for another service", () => {
  const path = servedPath("shop", routes);
  expect(servedPath("shop", routes.slice(1))).not.toBe(path);
  expect(servedPath("cart", routes)).toBe(path.replace("shop", "cart"));
});
