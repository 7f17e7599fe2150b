import type { ValidateFunction } from "ajv";

/** Judges settings by settings.json, made beforehand: to make it takes longer than all else that a preview does here. */
declare const validate: ValidateFunction;
export default validate;
