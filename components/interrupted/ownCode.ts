/**
 * The SHA-256 of what `providerCode` gives, by which the policy pack tells the stack's own dynamic resources from others, whose code
 * nobody judged. A unit test says what it has to be.
 */
export const PROVIDER_CODE_SHA256 = "6e814b96f6942b9a414a3453106ff64459d071b6bb177320c9fbcd83001225da";
