import { LanguageExample, LANGUAGES } from "../languages";
import { answers, changes, inventory, nothingIsLeft, renewCluster, story } from "../e2e/cluster";
import { alarms, command } from "./verify/stack";

/** The examples in other languages play the article's story, each on a cluster without the other. */
describe.each(Object.keys(LANGUAGES))("examples/%s", (language) => {
  const step = story();
  const its = new LanguageExample(language);
  let before: string[];

  // Minutes where the language's host was never built.
  beforeAll(async () => {
    await its.prepare();
    before = await inventory();
  }, 900_000);

  afterAll(() => its.remove());

  step("without the allow, deny-all refuses what comes through Traefik", async () => {
    its.edit({ allowed: false });
    const { outputs } = await its.stack.up();
    expect(outputs.edges.value).toEqual(["deny * → *"]);
    await answers(403, "whoami.localhost");
  });

  step("with it, Traefik reaches the service, and another preview has nothing to change", async () => {
    its.edit({});
    const { outputs } = await its.stack.up();
    expect(outputs.urls.value).toEqual(["http://whoami.localhost:30080/"]);
    await answers(200, "whoami.localhost");
    expect(changes((await its.stack.preview()).changeSummary)).toEqual([]);
  });

  step("verify has nothing to say against it", async () => {
    const { code, outcomes } = await command({ stack: its.stack, directory: "/" }, ["-C", its.directory]);
    expect([alarms(outcomes), code]).toEqual([[], 0]);
    expect(outcomes.length).toBeGreaterThan(40);
  });

  step("destroy leaves nothing", async () => {
    await its.stack.destroy();
    await nothingIsLeft(before);
  });
});

afterAll(renewCluster);
