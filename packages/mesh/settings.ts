import { perRun } from "../../components/shared/perRun";
import { refuse } from "../../components/shared/problems";
import { Settings, settingsFrom } from "../../settings";

/** The component of the stack. */
const first = perRun((): { its?: string } => ({}));

/**
 * The settings that a component's inputs are. Errors: `InputPropertiesError`, with every problem of them, and for a second component of
 * a stack.
 */
export function settingsOf(component: string, inputs: object): Settings {
  const its = (first().its ??= component);
  const reason =
    `is one too many beside ${its}: a stack has one Platform or one Services; ` +
    "give that one these settings too, or declare this in a stack of its own";
  refuse(component, its === component ? [] : [{ propertyPath: "type", reason }]);
  const judged = settingsFrom({ ...inputs });
  if ("settings" in judged) {
    return judged.settings;
  }
  refuse(component, judged.problems);
  throw new Error(`${component} has been refused`);
}
