import * as pulumi from "@pulumi/pulumi";
import * as settingsModule from "../settings";
import * as outputs from "../stacks/outputs";
import * as platform from "../stacks/platform";
import * as published from "../stacks/published";
import * as services from "../stacks/services";
import { record, Recorded } from "./recorder";
import { raw } from "./settings";

/** What index.ts declares with these settings. */
export function programOf(settings: Record<string, unknown>): Promise<Recorded[]> {
  return record(() => {
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(raw(settings)).map(([key, value]) => [`consul-traefik-mesh:${key}`, value])),
    );
    let exported: Readonly<Record<string, unknown>> = {};
    // The program runs when it is loaded: that file anew each time, with all that is loaded already.
    jest.isolateModules(() => {
      jest.doMock("@pulumi/pulumi", () => pulumi);
      jest.doMock("@pulumi/pulumi/runtime", () => pulumi.runtime); // by that name the SDKs load it
      jest.doMock("../settings", () => settingsModule);
      jest.doMock("../stacks/promiseStacks", () => ({}));
      jest.doMock("../stacks/outputs", () => outputs);
      jest.doMock("../stacks/platform", () => platform);
      jest.doMock("../stacks/published", () => published);
      jest.doMock("../stacks/services", () => services);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import gives what is loaded already
      exported = require("../index");
    });
    // It declares nothing before it has judged what other stacks share.
    return new Promise<void>((known) => pulumi.output({ ...exported }).apply(() => known()));
  });
}
