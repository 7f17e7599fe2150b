import { declaredIn, StateResource } from "../access/declared";
import { Picture, previewed } from "./model";

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: StateResource;
  readonly newState?: StateResource;
}

/** What a preview, as the CLI prints it, would make of what is deployed. */
export function ofPreview(title: string, text: string): Picture {
  const { steps = [], diagnostics = [] } = JSON.parse(text) as {
    steps?: Step[];
    diagnostics?: { severity: string; message: string }[];
  };
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
  if (errors.length > 0 || steps.length === 0) {
    throw new Error(`the preview failed, and tells nothing whole:\n${errors.join("\n")}`);
  }
  const of = (state: "oldState" | "newState") => {
    const resources = new Map(steps.flatMap((step) => (step[state] === undefined ? [] : [[step.urn, step[state]]])));
    return declaredIn({ deployment: { resources: [...resources.values()] } });
  };
  return previewed(title, of("oldState"), of("newState"));
}
