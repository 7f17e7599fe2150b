// Cart keeps what a visitor has chosen, and asks pricing what it comes to.
import { promisify } from "node:util";
import { credentials, loadPackageDefinition, Metadata } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import express from "express";
import Redis from "ioredis";
import { serve, trace } from "../serve.mjs";

const WEEK = 7 * 24 * 3600;
const redis = new Redis({ host: "cache", maxRetriesPerRequest: 2 });
redis.on("error", (error) => console.error(`cache: ${error.message}`));

const { shop } = loadPackageDefinition(loadSync(new URL("../pricing/pricing.proto", import.meta.url).pathname));
const pricing = new shop.Pricing("pricing:8080", credentials.createInsecure());
const quote = promisify(pricing.quote.bind(pricing));

const app = express();
app.use(express.json({ type: "*/*" }));
app.put("/carts/:id/:sku", async ({ params, body }, response) => {
  await redis.hset(`cart:${params.id}`, params.sku, Number(body.quantity));
  await redis.expire(`cart:${params.id}`, WEEK);
  response.status(204).end();
});
app.get("/carts/:id", async (request, response) => {
  const items = Object.entries(await redis.hgetall(`cart:${request.params.id}`));
  const asked = Metadata.fromHttp2Headers(trace(request));
  const quotes = await Promise.all(items.map(([sku, quantity]) => quote({ sku, quantity: Number(quantity) }, asked)));
  const cents = quotes.reduce((sum, each) => sum + Number(each.cents), 0);
  response.json({ items: Object.fromEntries(items), cents });
});
app.use((error, _request, response, _next) => {
  response.status(503).type("text").send(error.message);
});

serve(app);
