import { consulMeshProblems, consulMeshWarnings } from "../../../components";
import { Problem } from "../../../components/shared/problems";
import { stackSettings } from "../../access/stackSettings";
import { SettingsFacts, Source } from "../reading";

const lines = (problems: readonly Problem[]) =>
  problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);

/** The stack's settings, judged as a preview judges them. */
export async function readSettings(source: Source): Promise<SettingsFacts> {
  const result = await stackSettings(source.stack);
  if ("unknown" in result) {
    return { problems: [], versionProblems: [], unknown: result.unknown };
  }
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
