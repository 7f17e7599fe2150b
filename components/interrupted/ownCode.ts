/**
 * The SHA-256 of what `providerCode` gives, by which the policy pack tells the stack's own dynamic resources from others, whose code
 * nobody judged. A unit test says what it has to be.
 */
export const PROVIDER_CODE_SHA256 = "f2b3890482edce866de4f46741275f84855e3cd1529836bb941870626c8be3e8";
