/**
 * Loaded into every process and thread of the soak (node --require): collects all garbage, and moves what lives together, each time that the
 * file SOAK_COLLECT is touched. A thread that sleeps does so after its next task.
 */
const { statSync } = require("node:fs");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

const LOOK_MS = 100;
let seen = touched();
let collect;

function touched() {
  return statSync(process.env.SOAK_COLLECT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

setInterval(() => {
  const last = touched();
  if (last === seen) return;
  seen = last;
  setFlagsFromString("--expose-gc");
  collect ??= runInNewContext("globalThis.gc");
  setFlagsFromString("--compact-on-every-full-gc");
  for (let i = 0; i < 2; i++) collect?.();
  setFlagsFromString("--no-compact-on-every-full-gc");
}, LOOK_MS).unref();
