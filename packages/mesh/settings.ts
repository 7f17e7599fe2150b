import { refuse } from "../../components/shared/problems";
import { Settings, settingsFrom } from "../../settings";

/** The settings that a component's inputs are. Errors: `InputPropertiesError`, with every problem of them. */
export function settingsOf(component: string, inputs: object): Settings {
  const judged = settingsFrom({ ...inputs });
  if ("settings" in judged) {
    return judged.settings;
  }
  refuse(component, judged.problems);
  throw new Error(`${component} has been refused`);
}
