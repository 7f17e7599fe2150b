// Stands in for a processor of cards, outside the mesh: TLS, and a charge for each key, however often it is asked for.
import fs from "node:fs";
import https from "node:https";
import process from "node:process";

const [cert, key] = ["tls.crt", "tls.key"].map((file) => fs.readFileSync(`/tls/${file}`));
/** How often each charge was asked for, by its key. */
const charges = {};

const server = https.createServer({ cert, key }, (request, response) => {
  const id = request.headers["idempotency-key"];
  if (request.method === "POST" && request.url === "/v1/charges" && id) {
    charges[id] = (charges[id] ?? 0) + 1;
    request.resume().on("end", () => response.end(JSON.stringify({ charge: id })));
  } else {
    response.end(JSON.stringify(charges));
  }
});
server.keepAliveTimeout = 0; // as of the shop's services: a gateway is a proxy too
server.listen(8443);
process.on("SIGTERM", () => process.exit());
