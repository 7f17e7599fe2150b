import { parseSettings } from "../../settings";
import { EXAMPLES, settingsOf, TRAEFIK } from "../examples";
import { ofStack, raw } from "../settings";

/** What is in the file that an example is copied into: nothing, or what prod has besides its services. */
const FILES = [{}, { ...ofStack("prod"), services: [], intentions: [] }];

test.each(TRAEFIK)("%s has examples", (page) => {
  expect(EXAMPLES.some((example) => example.page === page)).toBe(true);
});

test.each(EXAMPLES)("the example at $page:$line can be copied into a stack's file as it is", (example) => {
  const problems = FILES.map((file) => {
    const result = parseSettings(raw({ ...file, ...settingsOf(example) }));
    return "problems" in result ? result.problems : [];
  });
  expect(problems).toContainEqual([]);
});
