// What the shop's services in Node have in common: how they begin and how they end.
import process from "node:process";

/** The caller's trace, for whom a request makes us call: its own sidecar and theirs send the spans. */
export const trace = (request) => {
  const traceparent = request.get("traceparent");
  return traceparent === undefined ? {} : { traceparent };
};

/** Answers at port 8080 until Kubernetes has the pod stop, and then what has been asked already. */
export function serve(app) {
  app.get("/ready", (_, response) => response.end());
  const server = app.listen(8080);
  // The sidecar keeps its connections: one that ends here just as it sends a request costs that request.
  server.keepAliveTimeout = 0;
  process.on("SIGTERM", () => {
    server.close(() => process.exit());
    server.closeIdleConnections();
  });
}
