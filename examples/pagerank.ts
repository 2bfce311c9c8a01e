// PageRank over a link graph: iterations over a cached dataset, joins that need no shuffle of the links.
//
//   firesteel run-example pagerank [PAGES] [ITERATIONS]
import { HashPartitioner, SparkConf, SparkContext } from "firesteel";

const sc = SparkContext.getOrCreate(new SparkConf().setAppName("page rank"));
const pages = Number(process.argv[2] ?? 20_000);
const iterations = Number(process.argv[3] ?? 5);

// Page i links to some pages before it, so that low numbers collect rank.
const links = sc
  .range(1, pages, 1, 4)
  .map((page): [number, number[]] => [page, [0, 1, 2, 3].map((k) => Math.floor(page / (k + 2)))])
  .partitionBy(new HashPartitioner(4))
  .cache();

let ranks = links.mapValues(() => 1);
for (let i = 0; i < iterations; i++) {
  ranks = links
    .join(ranks)
    .values()
    .flatMap(([targets, rank]) => targets.map((target): [number, number] => [target, rank / targets.length]))
    .reduceByKey((a, b) => a + b, 4)
    .mapValues((sum) => 0.15 + 0.85 * sum);
}

for (const [page, rank] of await ranks.top(5, ([, rank]) => rank)) console.log(`page ${page}: ${rank.toFixed(3)}`);
await sc.stop();
