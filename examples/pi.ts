// Estimates π by throwing darts at a square and counting those that hit the circle in it.
// Shows: work without any input, spread over all cores; an accumulator that tasks add to beside their result.
//
//   npx firesteel run-example pi                10 million darts in 8 tasks
//   npx firesteel run-example pi 100 16         100 million darts in 16 tasks
import { SparkConf, SparkContext } from "firesteel";

await using sc = SparkContext.getOrCreate(new SparkConf().setAppName("pi"));
const darts = Number(process.argv[2] ?? 10) * 1_000_000;
const tasks = Number(process.argv[3] ?? 8);
const batches = sc.longAccumulator("batches");

const inside = await sc
  .range(0, darts, 1, tasks)
  .map((dart) => {
    // A hash of the dart's number instead of Math.random(): a task that must be repeated finds the same again.
    const x = hash(dart, 0x2545f491) / 2 ** 32;
    const y = hash(dart, 0x6c8e9cf5) / 2 ** 32;
    return x * x + y * y < 1 ? 1 : 0;
  })
  .mapPartitions((hits) => {
    batches.add(1);
    let sum = 0;
    for (const hit of hits) sum += hit;
    return [sum];
  })
  .reduce((a, b) => a + b);

console.log(
  `π is about ${((4 * inside) / darts).toFixed(4)} after ${darts.toLocaleString("en")} darts in ${batches.value} batches; it is ${Math.PI.toFixed(4)}.`,
);

// Functions like this one travel to the executors with what uses them.
function hash(value: number, seed: number): number {
  let h = Math.imul(value, 0x9e3779b1) ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
