/**
 * Ten times more data than memory: sorts, groups, joins and aggregations of records that do not fit, on executors whose resident
 * memory is bounded. Records are made in the tasks, so that no input file is needed.
 *
 *   node bench/memory.mjs [--scale 1] [--master local-cluster[2,1,256]] [--cases sortByKey;join] [--json]
 *
 * Scale 1 is 2.6 GB of records a case (what they hold: 8 bytes a number, a byte a character). Each case runs in a driver of its own, which
 * may use 512 MiB of heap, and checks its result. A case passes when the result is right, records were spilled where `spills`
 * says so, and no executor's peak of resident memory (VmHWM) went above 1.3 times what it was granted and 80 MB for the bare process.
 * Ends with 1 when a case fails.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const RECORD_BYTES = 100;
const DRIVER_HEAP_MB = 512;
const BARE_PROCESS = 80e6;
const FACTOR = 1.3;
const MIB = 2 ** 20;

/** `noise`: text that does not compress to nothing. */
function noiseText() {
  let seed = 12345;
  let text = "";
  for (let i = 0; i < 60_000; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    text += String.fromCharCode(33 + ((seed >>> 8) % 90));
  }
  return text;
}

/** Pairs of a number that looks random and 92 characters. */
function records(sc, count, maps, from = 0) {
  const noise = noiseText();
  return sc.range(from, from + count, 1, maps).map((i) => {
    const hash = Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 0;
    return [hash, noise.substring(hash % 59_000, (hash % 59_000) + 92)];
  });
}

/** Each case: gives what it found and what it should have found, as text. `rows` records, `maps` map and `reduces` reduce tasks. */
const CASES = {
  sortByKey: {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      return sortedCheck(records(sc, rows, maps).sortByKey(true, reduces), rows);
    },
  },
  "sortByKey, strings": {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      const byText = records(sc, rows, maps).map(([hash, text]) => [text.substring(0, 40) + hash, text.substring(0, 40)]);
      return sortedCheck(byText.sortByKey(true, reduces), rows);
    },
  },
  groupByKey: {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      const keys = Math.ceil(rows / 20);
      const pairs = sc.range(0, rows, 1, maps).map(recordOf(keys));
      const [groups, values, characters] = await pairs
        .groupByKey(reduces)
        .mapValues((texts) => [1, texts.length, texts.reduce((sum, text) => sum + text.length, 0)])
        .values()
        .reduce((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
      return [`${groups} ${values} ${characters}`, `${keys} ${rows} ${rows * 92}`];
    },
  },
  "reduceByKey of objects": {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      const keys = Math.ceil(rows / 2);
      const noise = noiseText();
      const pairs = sc.range(0, rows, 1, maps).map((i) => {
        const at = Math.imul(i, 0x2c1b3c6d) >>> 0;
        return [
          "k" + (i % keys),
          { count: 1, sum: i, text: noise.substring(at % 59_000, (at % 59_000) + 68), even: i % 2 === 0 },
        ];
      });
      const [count, sum, groups] = await pairs
        .reduceByKey((a, b) => ({ count: a.count + b.count, sum: a.sum + b.sum, text: a.text, even: b.even }), reduces)
        .map(([, one]) => [one.count, one.sum, 1])
        .reduce((a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
      return [`${count} ${sum} ${groups}`, `${rows} ${(rows * (rows - 1)) / 2} ${keys}`];
    },
  },
  join: {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      const half = Math.floor(rows / 2);
      const quarter = Math.floor(half / 2);
      const left = sc.range(0, half, 1, maps).map(recordOf(half));
      const right = sc.range(quarter, quarter + half, 1, maps).map(recordOf(quarter + half));
      const [count, characters] = await left
        .join(right, reduces)
        .map(([, [a, b]]) => [1, a.length + b.length])
        .reduce((a, b) => [a[0] + b[0], a[1] + b[1]]);
      return [`${count} ${characters}`, `${half - quarter} ${(half - quarter) * 184}`];
    },
  },
  "hot key, aggregateByKey": {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      const [keys, count, most] = await hotPairs(sc, rows, maps)
        .aggregateByKey(
          { count: 0, last: "" },
          (all, text) => ({ count: all.count + 1, last: text }),
          (a, b) => ({ count: a.count + b.count, last: a.last }),
          reduces,
        )
        .map(([, one]) => [1, one.count, one.count])
        .reduce((a, b) => [a[0] + b[0], a[1] + b[1], Math.max(a[2], b[2])]);
      const hot = Math.ceil(rows / 3);
      return [`${keys} ${count} ${most}`, `${rows - hot + 1} ${rows} ${hot}`];
    },
  },
  "hot key, sortByKey": {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      return sortedCheck(hotPairs(sc, rows, maps).sortByKey(true, reduces), rows);
    },
  },
  "hot key, join": {
    // The other side is small: it is held, and the records with the hot key run past it.
    spills: false,
    async run({ sc, rows, maps, reduces }) {
      const small = sc.range(0, 1000, 1, 2).map((i) => [i, i]);
      const [count, characters] = await hotPairs(sc, rows, maps)
        .join(small, reduces)
        .map(([, [text]]) => [1, text.length])
        .reduce((a, b) => [a[0] + b[0], a[1] + b[1]]);
      const hot = Math.ceil(rows / 3);
      const others = 999 - Math.floor(999 / 3);
      return [`${count} ${characters}`, `${hot + others} ${(hot + others) * 92}`];
    },
  },
  "sortByKey, 200 kB each": {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      const count = Math.max(100, Math.floor((rows * RECORD_BYTES) / 200_000));
      const long = sc.range(0, count, 1, maps).map((i) => {
        const hash = Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) >>> 0;
        return [hash, Buffer.alloc(200_000, String(hash)).toString("latin1")];
      });
      return sortedCheck(long.sortByKey(true, reduces), count);
    },
  },
  "groupByKey, arrays": {
    spills: true,
    async run({ sc, rows, maps, reduces }) {
      const count = Math.max(100, Math.floor((rows * RECORD_BYTES) / 40_000));
      const keys = Math.ceil(count / 5);
      const long = sc.range(0, count, 1, maps).map((i) => ["k" + (i % keys), Array.from({ length: 5000 }, (_, k) => i + k)]);
      const [groups, values] = await long
        .groupByKey(reduces)
        .map(([, arrays]) => [1, arrays.reduce((sum, array) => sum + array.length, 0)])
        .reduce((a, b) => [a[0] + b[0], a[1] + b[1]]);
      return [`${groups} ${values}`, `${keys} ${count * 5000}`];
    },
  },
  "cached on memory and disk": {
    spills: false,
    async run({ sc, rows, maps, StorageLevel }) {
      const cached = records(sc, rows, 4 * maps).persist(StorageLevel.MEMORY_AND_DISK);
      const counts = [await cached.count(), await cached.map((pair) => pair[1].length).sum()];
      return [counts.join(" "), `${rows} ${rows * 92}`];
    },
  },
  toLocalIterator: {
    spills: false,
    async run({ sc, rows, maps }) {
      let count = 0;
      let characters = 0;
      for await (const [, text] of records(sc, rows, 32 * maps).toLocalIterator()) {
        count++;
        characters += text.length;
      }
      return [`${count} ${characters}`, `${rows} ${rows * 92}`];
    },
  },
};

/** Of number i: key i modulo `keys`, and 92 characters. */
function recordOf(keys) {
  const noise = noiseText();
  return (i) => {
    const at = (Math.imul(i, 0x2c1b3c6d) >>> 0) % 59_000;
    return [i % keys, noise.substring(at, at + 92)];
  };
}

/** A third of the records have key 0, the others one each. */
function hotPairs(sc, rows, maps) {
  const noise = noiseText();
  return sc.range(0, rows, 1, maps).map((i) => {
    const at = (Math.imul(i, 0x2c1b3c6d) >>> 0) % 59_000;
    return [i % 3 === 0 ? 0 : i, noise.substring(at, at + 92)];
  });
}

async function sortedCheck(sorted, rows) {
  const parts = await sorted
    .mapPartitions(function* (pairs) {
      let count = 0;
      let ordered = true;
      let first = null;
      let last = null;
      for (const [key] of pairs) {
        if (last === null) first = key;
        else if (key < last) ordered = false;
        last = key;
        count++;
      }
      yield { count, ordered, first, last };
    })
    .collect();
  const filled = parts.filter(({ count }) => count > 0);
  const ordered = filled.every((part, i) => part.ordered && (i === 0 || filled[i - 1].last <= part.first));
  const count = filled.reduce((sum, part) => sum + part.count, 0);
  return [`${count} ${ordered ? "in order" : "out of order"}`, `${rows} in order`];
}

/** Kilobytes of a line of /proc/PID/status, in bytes; 0 when the process is gone. */
function statusBytes(pid, name) {
  try {
    return 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Executor processes of this driver: its children that are told to be one. */
function executorPids() {
  const pids = readdirSync(`/proc/${process.pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${process.pid}/task/${task}/children`, "latin1")
      .trim()
      .split(" ")
      .filter((pid) => pid !== ""),
  );
  return pids.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes("--executor-id");
    } catch {
      return false;
    }
  });
}

async function runCase(name, { master, rows, maps, reduces }) {
  const { SparkConf, SparkContext, StorageLevel } = await import("../dist/index.mjs");
  const sc = new SparkContext(
    new SparkConf().setMaster(master).setAppName(`memory: ${name}`).set("spark.ui.showConsoleProgress", false),
  );
  const totals = { memorySpilled: 0, diskSpilled: 0, shuffleWritten: 0, gc: 0, tasks: 0, failed: 0 };
  const failures = [];
  sc.addSparkListener({
    onTaskEnd: ({ taskInfo, taskMetrics, reason }) => {
      totals.tasks++;
      if (taskInfo.failed) failures.push(JSON.stringify(reason).slice(0, 400));
      totals.memorySpilled += taskMetrics?.memoryBytesSpilled ?? 0;
      totals.diskSpilled += taskMetrics?.diskBytesSpilled ?? 0;
      totals.shuffleWritten += taskMetrics?.shuffleBytesWritten ?? 0;
      totals.gc += taskMetrics?.jvmGcTime ?? 0;
    },
  });
  const peaks = new Map();
  const look = () => {
    for (const pid of executorPids()) peaks.set(pid, Math.max(peaks.get(pid) ?? 0, statusBytes(pid, "VmHWM")));
  };
  const timer = setInterval(look, 200);
  const start = performance.now();
  let found;
  let wanted;
  try {
    [found, wanted] = await CASES[name].run({ sc, rows, maps, reduces, StorageLevel });
  } catch (error) {
    [found, wanted] = [`${error.name}: ${error.message}`.slice(0, 600), "a result"];
  }
  const ms = performance.now() - start;
  look();
  clearInterval(timer);
  const driverPeak = statusBytes(process.pid, "VmHWM");
  await sc.stop();
  return { name, ms: Math.round(ms), found, wanted, ...totals, failures, executorPeaks: [...peaks.values()], driverPeak };
}

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    master: { type: "string", default: "local-cluster[2,1,256]" },
    maps: { type: "string", default: "8" },
    reduces: { type: "string", default: "4" },
    cases: { type: "string", default: Object.keys(CASES).join(";") },
    "in-process-of": { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const rows = Math.round((2.6e9 * Number(values.scale)) / RECORD_BYTES);
const single = values["in-process-of"];
if (single !== undefined) {
  const result = await runCase(single, {
    master: values.master,
    rows,
    maps: Number(values.maps),
    reduces: Number(values.reduces),
  });
  console.log(`RESULT ${JSON.stringify(result)}`);
} else {
  const granted = Number(/local-cluster\[\s*\d+\s*,\s*\d+\s*,\s*(\d+)\s*\]/.exec(values.master)?.[1] ?? 1024) * MIB;
  const bound = FACTOR * granted + BARE_PROCESS;
  const mb = (bytes) => (bytes / 1e6).toFixed(0);
  if (!values.json) {
    console.log(
      `Node ${process.version}, ${values.master}, ${mb(rows * RECORD_BYTES)} MB of records (${rows}), ${values.maps} map and ${values.reduces} reduce tasks; an executor may have ${mb(bound)} MB resident\n`,
    );
    console.log(
      ["case".padEnd(28), "seconds", "spilled MB", "on disk MB", "shuffled MB", "executors' peaks MB", "driver MB", ""].join(
        "  ",
      ),
    );
  }
  let failed = 0;
  for (const name of values.cases.split(";")) {
    if (!(name in CASES)) {
      console.error(`unknown case "${name}"; there are: ${Object.keys(CASES).join("; ")}`);
      process.exit(2);
    }
    const child = spawnSync(
      process.execPath,
      [
        `--max-old-space-size=${DRIVER_HEAP_MB}`,
        fileURLToPath(import.meta.url),
        ...process.argv.slice(2),
        "--in-process-of",
        name,
      ],
      {
        encoding: "utf8",
        maxBuffer: 1 << 26,
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const line = child.stdout.split("\n").find((text) => text.startsWith("RESULT "));
    const result = line === undefined ? null : JSON.parse(line.slice(7));
    const problems =
      result === null ? [`the driver ended with ${child.signal ?? child.status}`] : problemsOf(name, result, bound);
    if (problems.length > 0) failed++;
    if (values.json) console.log(JSON.stringify({ bound, problems, ...result }));
    else if (result !== null) {
      console.log(
        [
          name.padEnd(28),
          (result.ms / 1000).toFixed(1).padStart(7),
          mb(result.memorySpilled).padStart(10),
          mb(result.diskSpilled).padStart(10),
          mb(result.shuffleWritten).padStart(11),
          result.executorPeaks.map(mb).join(" ").padStart(19),
          mb(result.driverPeak).padStart(9),
          problems.length === 0 ? "ok" : "FAILED",
        ].join("  "),
      );
    }
    for (const problem of problems) console.log(`  ${name}: ${problem}`);
  }
  if (!values.json) console.log(`${values.cases.split(";").length - failed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}

function problemsOf(name, result, bound) {
  const problems = [];
  if (result.found !== result.wanted) problems.push(`found ${result.found}, not ${result.wanted}`);
  if (CASES[name].spills && result.diskSpilled === 0) problems.push("nothing was spilled");
  for (const failure of result.failures) problems.push(`a task failed: ${failure}`);
  for (const peak of result.executorPeaks)
    if (peak > bound) problems.push(`an executor had ${peak} bytes resident, and may have ${bound}`);
  if (result.driverPeak > DRIVER_HEAP_MB * MIB + BARE_PROCESS)
    problems.push(`the driver had ${result.driverPeak} bytes resident`);
  return problems;
}
