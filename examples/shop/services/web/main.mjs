// Web is what the browser sees of the shop, and all that Traefik leads to.
import express from "express";
import { serve, trace } from "../serve.mjs";

const app = express();
app.use(express.text({ type: "*/*" }));

/** Leads a request on as it is, to the service that answers it. */
const to = (service) => async (request, response) => {
  const key = request.get("idempotency-key");
  const answer = await fetch(`http://${service}:8080${request.path}`, {
    method: request.method,
    headers: { "content-type": "application/json", ...(key && { "idempotency-key": key }), ...trace(request) },
    body: request.method === "GET" ? undefined : request.body,
    signal: AbortSignal.timeout(5_000),
  });
  response
    .status(answer.status)
    .type("json")
    .send(await answer.text());
};

app.get("/", (_, response) => {
  response.type("html").send("<h1>Shop</h1><p><a href=/products>Products</a>");
});
app.get("/products", to("catalog"));
app.get("/carts/:id", to("cart"));
app.put("/carts/:id/:sku", to("cart"));
app.post("/orders", to("orders"));
app.get("/orders/:key", to("orders"));
app.get("/shipments/:key", to("shipping"));
app.use((error, _request, response, _next) => {
  response
    .status(503)
    .type("text")
    .send(String(error.cause ?? error));
});

serve(app);
