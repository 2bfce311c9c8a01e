/** The RDD cases on firesteel. Prints one JSON line a case; bench/run.mjs pins the cores and runs the peers beside. */
import { readFileSync } from "node:fs";
import { SparkConf, SparkContext } from "../../dist/index.mjs";

const repeat = Number(process.env.REPEAT ?? 5);
const wanted = new Set((process.env.CASES ?? "").split(",").filter((name) => name !== ""));
const text = process.env.TEXT;
const sc = new SparkContext(
  new SparkConf()
    .setMaster(process.env.MASTER ?? `local[${process.env.THREADS ?? 2}]`)
    .setAppName("bench")
    .setIfMissing("spark.executor.memory", process.env.EXECUTOR_MEMORY ?? "4g")
    .set("spark.ui.showConsoleProgress", false),
);

/** CPU seconds of this process and its children so far. */
function cpuSeconds() {
  const ticks = (pid) =>
    readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\) /, "")
      .split(" ")
      .slice(11, 13)
      .reduce((a, b) => a + Number(b), 0);
  try {
    const children = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1")
      .trim()
      .split(" ")
      .filter((pid) => pid !== "");
    return [process.pid, ...children].reduce((sum, pid) => sum + ticks(pid), 0) / 100;
  } catch {
    return NaN;
  }
}

async function timed(name, body) {
  if (wanted.size > 0 && !wanted.has(name)) return;
  const times = [];
  let result;
  const cpu = cpuSeconds();
  for (let i = 0; i < repeat; i++) {
    const start = performance.now();
    result = await body();
    times.push(performance.now() - start);
  }
  const sorted = times.map(Math.round).sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      engine: "firesteel",
      case: name,
      first_ms: Math.round(times[0]),
      best_ms: sorted[0],
      med_ms: sorted[repeat >> 1],
      cpu_s: ((cpuSeconds() - cpu) / repeat).toFixed(2),
      result: String(result),
    }),
  );
}

const add = (a, b) => a + b;
await timed("word count", () =>
  sc
    .textFile(text)
    .flatMap((line) => line.split(" "))
    .map((w) => [w, 1])
    .reduceByKey(add)
    .count(),
);
await timed("word count, top 10", async () =>
  (
    await sc
      .textFile(text)
      .flatMap((line) => line.split(" "))
      .map((w) => [w, 1])
      .reduceByKey(add)
      .sortBy((kv) => -kv[1])
      .take(10)
  ).reduce((sum, kv) => sum + kv[1], 0),
);
await timed("inside the circle, 20 M", () =>
  sc
    .range(0, 20_000_000, 1, 4)
    .map((i) => {
      const h = Math.imul(i, 2654435761) >>> 0;
      const x = (h & 0xffff) / 65536;
      const y = (h >>> 16) / 65536;
      return x * x + y * y < 1 ? 1 : 0;
    })
    .reduce(add),
);
await timed("reduceByKey, 5 M to 500 k", () =>
  sc
    .range(0, 5_000_000, 1, 4)
    .map((i) => [(i * 7919) % 500_000, 1])
    .reduceByKey(add, 4)
    .count(),
);
await timed("groupByKey, 5 M to 500 k", () =>
  sc
    .range(0, 5_000_000, 1, 4)
    .map((i) => [(i * 7919) % 500_000, i])
    .groupByKey(4)
    .mapValues((vs) => vs.length)
    .map((kv) => kv[1])
    .sum(),
);
await timed("sortByKey, 3 M", () =>
  sc
    .range(0, 3_000_000, 1, 4)
    .map((i) => [(Math.imul(i, 1103515245) + 12345) & 0x7fffffff, i])
    .sortByKey(true, 4)
    .count(),
);
await timed("join, 1 M with 1 M", () =>
  sc
    .range(0, 1_000_000, 1, 4)
    .map((i) => [i, i * 2])
    .join(
      sc.range(500_000, 1_500_000, 1, 4).map((i) => [i, "v" + i]),
      4,
    )
    .count(),
);
await timed("sortBy, 1 M strings", () =>
  sc
    .range(0, 1_000_000, 1, 4)
    .map((i) => "k" + String((i * 7919) % 1_000_003).padStart(9, "0"))
    .sortBy((s) => s, true, 4)
    .count(),
);
if (wanted.size === 0 || wanted.has("20 passes over 10 M cached")) {
  const cached = sc
    .range(0, 10_000_000, 1, 4)
    .map((i) => i * 1.0)
    .cache();
  await cached.count();
  await timed("20 passes over 10 M cached", async () => {
    let sum = 0;
    for (let k = 1; k <= 20; k++) sum += await cached.map((x) => x * k).sum();
    return sum;
  });
  await cached.unpersist(true);
}
const numbers = Array.from({ length: 10_000 }, (_, i) => i + 1);
await timed("10,000 empty tasks", () => sc.parallelize(numbers, 10_000).count());
const hundredThousand = Array.from({ length: 100_000 }, (_, i) => i + 1);
await timed("1,000 x 1,000 shuffle", () =>
  sc
    .parallelize(hundredThousand, 1000)
    .map((i) => [i % 1000, 1])
    .reduceByKey(add, 1000)
    .count(),
);
await sc.stop();
