import * as fs from "node:fs";
import * as path from "node:path";
import { withoutProgram, Workspace } from "../workspace";

/** A program with a component that waits for some of what its own intentions let call. */
let its: Workspace;

beforeAll(async () => void (its = await withoutProgram()));

afterAll(() => its?.remove());

const preview = (dependsOn: string, further = "") => {
  fs.writeFileSync(
    path.join(its.directory, "index.ts"),
    `import * as pulumi from "@pulumi/pulumi";
     import { ConsulMesh, IntentionSet, MeshJob, MeshService } from "./components";
     const mesh = new ConsulMesh("consul", { chart: { path: "testbed/charts/consul" } });
     const guardedBy = new IntentionSet("baseline", { mesh });
     const common = { mesh, namespace: "shop", image: "shop:1", guardedBy };
     const orders = new MeshService("orders", { ...common, port: 8080 });
     const report = new MeshJob("report", { ...common, command: ["run"], calls: [{ destination: "orders" }] });
     const shop = new pulumi.ComponentResource("app:index:Shop", "shop", {}, { dependsOn: [${dependsOn}] });
     new IntentionSet("intentions", { mesh, denyAll: false, services: [orders, report] }, { parent: shop });
     ${further}`,
  );
  return its.stack.preview();
};

// Both ended with Pulumi's word about promises that are left.
test("it may wait for a service, whose pods do not wait for its intentions then", async () => {
  const { stdout } = await preview("orders");
  for (const made of ["baseline-all.services", "intentions-orders", "orders-deployment", "report-job"]) {
    expect(stdout).toMatch(new RegExp(`${made} +create`));
  }
});

test("where it waits for a job, the preview says what to write", async () => {
  await expect(preview("report")).rejects.toThrow(
    /IntentionSet "intentions" lets the job "report" call, .*Leave the job out of that dependsOn, or declare the set apart/s,
  );
});

test("where a service that deny-all lets be called waits for a job, the preview says what to write", async () => {
  const waits = `
    const web = new MeshService("web", { ...common, port: 80 }, { dependsOn: [report] });
    const rules = [{ source: "orders", destination: "web", action: "allow" as const }];
    new IntentionSet("to-web", { mesh, denyAll: false, services: [orders, web], rules });`;
  await expect(preview("", waits)).rejects.toThrow(
    /MeshJob "report" waits for its guardedBy, .*\bby dependsOn. Leave the job out of that dependsOn; .* says so by after/s,
  );
});
