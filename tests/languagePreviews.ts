import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { LanguageExample, made, said } from "./languages";
import { UNREACHABLE, workspace } from "./workspace";

/** Tests of the example in a language by previews, which need no cluster. */
export function previews(language: string): void {
  describe(`examples/${language}`, () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "languages-"));
    const KUBECONFIG = path.join(folder, "kubeconfig");
    fs.writeFileSync(KUBECONFIG, UNREACHABLE);
    const its = new LanguageExample(language, { KUBECONFIG });
    beforeAll(() => its.prepare(), 900_000);
    afterAll(() => {
      its.remove();
      fs.rmSync(folder, { recursive: true, force: true });
    });

    test("makes in Kubernetes what the program in TypeScript makes", async () => {
      const typescript = await workspace("dev", { consulChartPath: "testbed/charts/consul" });
      typescript.stack.workspace.envVars.KUBECONFIG = KUBECONFIG;
      const expected = await made(typescript.stack);
      await typescript.remove();
      expect(expected.length).toBeGreaterThan(15);
      // Its Job is named by what it asks with: the testbed's image.
      const but = (resources: string[]) => resources.map((each) => each.replace(/(served-routes)-[0-9a-f]{8}$/, "$1"));
      expect(but(await made(its.stack))).toEqual(but(expected));
    });

    test("is refused for the reason that the program in TypeScript gives, before any resource", async () => {
      its.edit({ settings: { consulServers: 2, traefikNodePortWeb: 80 } });
      const message = await said(its.stack);
      expect(message).toContain('Platform "mesh": 2 problems');
      expect(message).toContain("consulServers: 2 servers have no useful quorum; use 1, 3, 5 or 7");
      expect(message).toContain("traefikNodePortWeb: 80 is out of range; use a whole number from 30000 to 32767");
      expect(message).not.toContain("kubernetes:");
    });
  });
}
