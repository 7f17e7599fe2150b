import { consulMeshProblems, consulMeshWarnings } from "../../../components";
import { Problem } from "../../../components/shared/problems";
import { parseSettings } from "../../../settings";
import { defaultSettings } from "../../access/pulumi";
import { SettingsFacts, Source } from "../reading";

const lines = (problems: readonly Problem[]) =>
  problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

/** The settings of the stack's file over the defaults of Pulumi.yaml, judged as a preview judges them. */
export async function readSettings(source: Source): Promise<SettingsFacts> {
  const { settings: given } = await source.stack.config();
  const result = parseSettings({ ...defaultSettings(), ...given });
  if ("problems" in result) {
    return { problems: lines(result.problems), versionProblems: [] };
  }
  const { settings } = result;
  const { version } = await source.read("cluster");
  const consul = { ...settings.consul, kubernetesVersion: version.split(".").slice(0, 2).join(".") };
  return {
    problems: [],
    versionProblems: lines([...consulMeshProblems(consul), ...consulMeshWarnings(consul)]),
    settings,
  };
}
