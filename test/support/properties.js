/**
 * Property tests draw the same cases every time, so that a run says something about the change and not about luck.
 * FIRESTEEL_PROPERTY_SEED=N draws others; "random" draws others each time; FIRESTEEL_PROPERTY_RUNS=N changes the number of those that name none.
 */
const fc = require("fast-check");

const { FIRESTEEL_PROPERTY_SEED: seed = "20260101", FIRESTEEL_PROPERTY_RUNS: runs } = process.env;
fc.configureGlobal({
  ...(seed === "random" ? {} : { seed: Number(seed) }),
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
});
