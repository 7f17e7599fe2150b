/**
 * The SHA-256 of what `providerCode` gives, by which the policy pack tells the stack's own dynamic resources from others, whose code
 * nobody judged. A unit test says what it has to be.
 */
export const PROVIDER_CODE_SHA256 = "b6dc8158864c3eadfbcbbc945df2498cd69c16a4e5f4f013c545f0fa804ab1a9";
