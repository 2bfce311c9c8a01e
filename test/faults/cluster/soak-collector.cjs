/**
 * Loaded into every process and thread of the soak (node --require): collects all garbage, and moves what lives together, each time that the
 * file SOAK_COLLECT is touched. A thread that sleeps does so after its next task. What its heap then is becomes a line of SOAK_COLLECT.heaps.
 */
const { appendFileSync, statSync } = require("node:fs");
const { getHeapCodeStatistics, getHeapSpaceStatistics, setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");
const { threadId } = require("node:worker_threads");

// Each collection takes the bytecode of functions that were not called since the last few: they would be compiled again and again, and code would
// go up and down by a megabyte within minutes.
setFlagsFromString("--no-flush-bytecode");

const LOOK_MS = 100;
let seen = touched();
let collect;

function touched() {
  return statSync(process.env.SOAK_COLLECT, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function note() {
  const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
  const { code_and_metadata_size: code } = getHeapCodeStatistics();
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space").space_size;
  const line = { time: Date.now(), pid: process.pid, thread: threadId, heapUsed, heapTotal, young, external, arrayBuffers, code };
  appendFileSync(`${process.env.SOAK_COLLECT}.heaps`, `${JSON.stringify(line)}\n`);
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
  note();
}, LOOK_MS).unref();
