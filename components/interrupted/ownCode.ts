/**
 * The SHA-256 of what `providerCode` gives, by which the policy pack tells the stack's own dynamic resources from others, whose code
 * nobody judged. A unit test says what it has to be.
 */
export const PROVIDER_CODE_SHA256 = "44dd817444c37d3bb7ec81b8c5dff6eac9aa2018b2d78b4a548fae1116531cf9";
