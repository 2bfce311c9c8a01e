// Estimates π by throwing darts at a square.
//
//   firesteel run-example pi [PARTITIONS]
import { SparkConf, SparkContext } from "firesteel";

const sc = SparkContext.getOrCreate(new SparkConf().setAppName("pi"));
const partitions = Number(process.argv[2] ?? 4);
const darts = 5_000_000 * partitions;

const inside = await sc
  .range(0, darts, 1, partitions)
  .map((i) => {
    const hash = Math.imul(i, 2654435761) >>> 0;
    const x = (hash & 0xffff) / 65536;
    const y = (hash >>> 16) / 65536;
    return x * x + y * y < 1 ? 1 : 0;
  })
  .reduce((a, b) => a + b);

console.log(`Pi is roughly ${((4 * inside) / darts).toFixed(5)}`);
await sc.stop();
