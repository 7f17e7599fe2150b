import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { record, Recorded } from "./recorder";
import { raw } from "./settings";

/** What index.ts declares with these settings. */
export function programOf(settings: Record<string, unknown>): Promise<Recorded[]> {
  return record(() => {
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(raw(settings)).map(([key, value]) => [`consul-traefik-mesh:${key}`, value])),
    );
    // The program runs when it is loaded: anew each time, with the SDKs that are loaded already.
    jest.isolateModules(() => {
      jest.doMock("@pulumi/pulumi", () => pulumi);
      jest.doMock("@pulumi/kubernetes", () => kubernetes);
      jest.doMock("@pulumi/random", () => random);
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import gives what is loaded already
      require("../index");
    });
  });
}
