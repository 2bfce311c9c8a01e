/**
 * The shuffle's inner loops on two threads, without an engine around them: map tasks write real files, reduce tasks read
 * them. `node bench/shuffle-kernels.mjs [case …]`, environment REPS, CONF (JSON), TEXT (a text file for wordCount), V=1 for
 * the times of tasks. Prints the first run and the median of the others in milliseconds, and the processor time of the tasks
 * (without V8's own threads), which says more on a machine that does other things.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import esbuild from "esbuild";

const THREADS = 2;
const PARTITIONS = 4;
const directory = mkdtempSync(join(tmpdir(), "firesteel-bench-"));
const worker = join(directory, "worker.cjs");
esbuild.buildSync({
  entryPoints: [join(import.meta.dirname, "shuffle-kernels.worker.ts")],
  bundle: true,
  platform: "node",
  outfile: worker,
  external: ["snappy"],
  logLevel: "error",
});
process.env.NODE_PATH = join(import.meta.dirname, "..", "node_modules");

/** 200 MB of words: 88,307 distinct, their frequencies falling as in natural text. */
function wordsFile() {
  const path = process.env.TEXT ?? join(tmpdir(), "firesteel-words.txt");
  if (existsSync(path)) return path;
  let seed = 1;
  const random = () => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) / 4294967296;
  const words = Array.from({ length: 88_307 }, (_, i) => {
    let word = "";
    for (let n = i, l = 2 + Math.floor(random() * 3) + Math.floor(Math.log2(i + 2) / 3); l > 0; l--, n = Math.floor(n / 7))
      word += String.fromCharCode(97 + ((Math.floor(random() * 26) + n) % 26));
    return word + i.toString(36);
  });
  const chunks = [];
  for (let n = 0; n < 200; n++) {
    let text = "";
    while (text.length < 1 << 20) {
      for (let w = 0; w < 12; w++)
        text +=
          words[Math.floor(words.length ** random()) - 1 + (random() < 0.05 ? Math.floor(random() * 80_000) : 0)] +
          (w < 11 ? " " : "\n");
    }
    chunks.push(text);
  }
  writeFileSync(path, chunks.join(""));
  return path;
}

const CASES = {
  reduceByKey: { n: 5e6, sides: 1, check: 500_000 },
  groupByKey: { n: 5e6, sides: 1, check: 5e6 },
  sortByKey: { n: 3e6, sides: 1, check: 3e6, key: (i) => (i * 1103515245 + 12345) % 2147483648 },
  join: { n: 1e6, sides: 2, check: 500_000 },
  sortStrings: { n: 1e6, sides: 1, check: 1e6, key: (i) => "k" + String((i * 7919) % 1000003).padStart(9, "0") },
  wordCount: { n: 0, sides: 1 },
  tiny: { n: 100_000, sides: 1, check: 1000, maps: 1000, reducers: 1000 },
};

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const chosen = process.argv.slice(2);
const reps = Number(process.env.REPS ?? 6);
try {
  for (const [name, spec] of Object.entries(CASES)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    const text = name === "wordCount" ? wordsFile() : "";
    const n = name === "wordCount" ? statSync(text).size : spec.n;
    const maps = name === "wordCount" ? 8 : (spec.maps ?? PARTITIONS);
    const reducers = spec.reducers ?? PARTITIONS;
    const threads = Array.from(
      { length: THREADS },
      () => new Worker(worker, { workerData: { directory, conf: JSON.parse(process.env.CONF ?? "{}"), text } }),
    );
    await Promise.all(threads.map((thread) => new Promise((up) => thread.once("message", up))));
    const stage = (tasks) =>
      new Promise((resolve, reject) => {
        let next = 0;
        const results = [];
        let done = 0;
        for (const thread of threads) {
          thread.removeAllListeners("message");
          thread.removeAllListeners("error");
          thread.on("error", reject);
          const give = () => {
            if (next < tasks.length) thread.postMessage({ ...tasks[next], id: next++ });
          };
          thread.on("message", (message) => {
            results[message.id] = message;
            if (++done === tasks.length) resolve(results);
            else give();
          });
          give();
        }
      });
    let bounds;
    if (spec.key) {
      const sample = Array.from({ length: 400 }, (_, i) => spec.key(Math.floor((i * n) / 400))).sort((a, b) =>
        a < b ? -1 : a > b ? 1 : 0,
      );
      bounds = [100, 200, 300].map((i) => sample[i]);
    }
    const times = [];
    const mapTimes = [];
    const reduceTimes = [];
    const cpuTimes = [];
    for (let rep = 0; rep < reps; rep++) {
      const t0 = performance.now();
      const outputs = [];
      let tasks = [];
      for (let side = 0; side < spec.sides; side++) {
        const shift = side === 1 ? 500_000 : 0;
        for (let p = 0; p < maps; p++) {
          tasks.push({
            op: "map",
            case: name,
            side,
            partition: p,
            reducers,
            lo: shift + Math.floor((n * p) / maps),
            hi: shift + Math.floor((n * (p + 1)) / maps),
            bounds,
          });
        }
      }
      const written = await stage(tasks);
      const t1 = performance.now();
      for (let side = 0; side < spec.sides; side++)
        outputs.push(written.slice(side * maps, (side + 1) * maps).map((w) => w.result));
      tasks = Array.from({ length: reducers }, (_, partition) => ({
        op: "reduce",
        case: name,
        side: 0,
        partition,
        reducers,
        lo: 0,
        hi: 0,
        bounds,
      }));
      for (const thread of threads) thread.postMessage({ op: "outputs", outputs });
      const read = await stage(tasks);
      const t2 = performance.now();
      const total = read.reduce((sum, r) => sum + r.result, 0);
      if (spec.check !== undefined && total !== spec.check) throw new Error(`${name}: ${total} instead of ${spec.check}`);
      times.push(t2 - t0);
      mapTimes.push(t1 - t0);
      reduceTimes.push(t2 - t1);
      cpuTimes.push([...written, ...read].reduce((sum, { cpu }) => sum + cpu, 0));
      if (process.env.V)
        console.log(
          `  ${(t2 - t0).toFixed(0)} map ${written
            .slice(0, 16)
            .map((w) => w.ms.toFixed(0))
            .join(" ")} | reduce ${read
            .slice(0, 16)
            .map((r) => r.ms.toFixed(0))
            .join(" ")} | ${total}, ${(outputs.flat().reduce((s, o) => s + o.offsets.at(-1), 0) / 1e6).toFixed(1)} MB`,
        );
      for (const side of outputs) for (const { path } of side) rmSync(path);
    }
    const show = (list) => `cold ${list[0].toFixed(0)} warm ${median(list.slice(1)).toFixed(0)}`;
    console.log(
      `${name}: ${show(times)} (map ${show(mapTimes)}, reduce ${show(reduceTimes)}), processor time of both threads ${show(cpuTimes)}`,
    );
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
