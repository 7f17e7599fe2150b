export type { JobSettings, ServiceSettings, Team, WorkloadSettings } from "./inputs";
export { placed } from "./joined";
export { joinedProblems, jwtProvidersOf, knowExternal, platformProblems } from "./meshProblems";
export { podSecurityProblems } from "./problems";
export { parseSettings, readSettings, settingsFrom } from "./read";
export type { Settings } from "./read";
export { SETTINGS_SCHEMA } from "./settingsSchema";
