/**
 * Nanoseconds a row of the inner loops of columnar/: writing and reading row batches, hashing, keys, sorting. Medians of
 * seven runs in one thread after two to warm up: processor time of the thread where the system tells it, which says more on
 * a machine that does other things. Run: `node --expose-gc bench/rows.mjs [name]`.
 */
import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const folder = await mkdtemp(join(tmpdir(), "firesteel-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
await build({
  stdin: {
    contents: ["index", "keys/hash", "sort/keys", "sort/numbers", "sort/strings"]
      .map((name) => `export * from "./${name}";`)
      .join(""),
    resolveDir: join(import.meta.dirname, "../src/columnar"),
  },
  outfile: join(folder, "columnar.cjs"),
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
});
const columnar = createRequire(import.meta.url)(join(folder, "columnar.cjs"));
const { BatchEncoder, ByteWriter, decodeBatches, rowsOf, hashKey, KeyMap, sortNumberKeys, sortStrings, sortKeys } = columnar;

const ROWS = 1_000_000;
const only = process.argv[2];
const context = { classId: () => "Point", classOf: () => Point };

class Point {
  constructor(x, y) {
    this.x = x;
    this.y = y;
  }
}

/** Eight letters that look random, as one flat string. */
function word(i) {
  let state = Math.imul(i + 1, 2654435761) >>> 0;
  const bytes = Buffer.alloc(8);
  for (let at = 0; at < 8; at++) {
    bytes[at] = 97 + ((state >>> 8) % 26);
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  }
  return bytes.latin1Slice();
}

const shapes = {
  "[int, int]": (i) => [(i * 7919) % 500_000, 1],
  "[double, double]": (i) => [i * 0.37, i * 1.5],
  "string(8)": word,
  "[string(8), int]": (i) => [word(i), i],
  "[string(8) not latin1, int]": (i) => [`${word(i).slice(0, 7)}${"é中"[i & 1]}`, i],
  "{double, string(8), boolean}": (i) => ({ a: i * 0.5, b: word(i), c: i % 3 === 0 }),
  "[string(8), int[10]] (any leaf)": (i) => [word(i), Array.from({ length: 10 }, (_, at) => i + at)],
  "[int, {int, string(8)} or null]": (i) => [i, i % 4 === 0 ? null : { id: i, name: word(i) }],
  "[int, Point] (class)": (i) => [i, new Point(i, i * 0.5)],
  "mixed (general)": (i) => [[i, i * 2], [word(i), i], { a: i, b: `x${i}`, c: true }, i, null][i % 5],
};

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Milliseconds. */
function now() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ")[0]) / 1e6;
  } catch {
    return performance.now();
  }
}

function time(action) {
  const times = [];
  for (let run = 0; run < 9; run++) {
    globalThis.gc?.();
    const start = now();
    action();
    times.push(now() - start);
  }
  return { cold: times[0], warm: median(times.slice(2)) };
}

const ns = ({ cold, warm }, rows = ROWS) =>
  `${((warm * 1e6) / rows).toFixed(0).padStart(5)} ns (first ${((cold * 1e6) / rows).toFixed(0)})`;
const wanted = (name) => only === undefined || name.includes(only);

for (const [name, row] of Object.entries(shapes)) {
  if (!wanted(name)) continue;
  const rows = Array.from({ length: ROWS }, (_, i) => row(i));
  const out = new ByteWriter(1 << 26);
  const write = time(() => {
    out.clear();
    new BatchEncoder(context).encodeRows(rows, 0, ROWS, out);
  });
  let count = 0;
  const read = time(() => {
    const source = decodeBatches(out.written(), context);
    for (let chunk = source.next(); chunk !== null; chunk = source.next()) count += rowsOf(chunk).length;
  });
  if (count !== 9 * ROWS) throw new Error(`${count} rows read`);
  console.log(name.padEnd(34), "write", ns(write), " read", ns(read), ` ${(out.length / ROWS).toFixed(1)} bytes a row`);
}

const doubles = Float64Array.from({ length: ROWS }, (_, i) => ((i * 2654435761) % 4294967296) * 0.731 + 0.25);
const words = Array.from({ length: ROWS }, (_, i) => word(i));
const padded = Array.from(
  { length: ROWS },
  (_, i) => `k${String((Math.imul(i ^ (i >>> 15), 0x85ebca6b) >>> 0) % 1e9).padStart(9, "0")}`,
).map((s) => Buffer.from(s).latin1Slice());
const pairs = words.map((w, i) => [w, i % 10]);
const few = Float64Array.from({ length: ROWS }, (_, i) => (i * 7919) % 1000);
const skewed = Float64Array.from(doubles, (x) => Math.exp(x / 1e7));
let sink = 0;
const others = {
  "hash of doubles": () => {
    for (let i = 0; i < ROWS; i++) sink ^= hashKey(doubles[i]);
  },
  "hash of string(8)": () => {
    for (let i = 0; i < ROWS; i++) sink ^= hashKey(words[i]);
  },
  "hash of [string(8), int]": () => {
    for (let i = 0; i < ROWS; i++) sink ^= hashKey(pairs[i]);
  },
  "KeyMap of [string(8), int], 100 k keys": () => {
    const map = new KeyMap();
    for (let i = 0; i < ROWS; i++) map.set(pairs[i % 100_000], i);
  },
  "sort doubles": () => sortNumberKeys(doubles, ROWS),
  "sort doubles, descending": () => sortNumberKeys(doubles, ROWS, false),
  "sort doubles, skewed": () => sortNumberKeys(skewed, ROWS),
  "sort 1,000 distinct ints": () => sortNumberKeys(few, ROWS),
  "sort string(8)": () => sortStrings(words),
  "sort string(10), common beginning": () => sortStrings(padded),
  "sort [string(8), int]": () => sortKeys(pairs.slice(0, ROWS / 10)),
};
for (const [name, action] of Object.entries(others)) {
  if (wanted(name)) console.log(name.padEnd(40), ns(time(action), name === "sort [string(8), int]" ? ROWS / 10 : ROWS));
}
if (sink === 0.5) console.log(sink);
