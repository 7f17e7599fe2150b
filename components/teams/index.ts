/** The mesh of another stack. */
export * from "./meshReference";
