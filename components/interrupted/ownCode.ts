/**
 * The SHA-256 of what `providerCode` gives, by which the policy pack tells the stack's own dynamic resources from others, whose code
 * nobody judged. A unit test says what it has to be.
 */
export const PROVIDER_CODE_SHA256 = "a7b1cbc6599802cb5be1a6d4b421b0b1e7b51ec8081e680dc36031e678195cff";
