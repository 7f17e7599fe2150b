import * as fc from "fast-check";

// One seed for all generated cases of a run, which jest.config.mjs chooses and the run's last lines tell.
fc.configureGlobal({ seed: Number(process.env.SEED) });

export * from "fast-check";
