// PageRank over a generated graph of links.
// Shows: iterations over a cached dataset; a partitioner that both sides of a join share, so that the links, which are
// large, are shuffled once and never again: only the ranks travel in each round.
//
//   npx firesteel run-example pagerank              20,000 pages, 5 rounds
//   npx firesteel run-example pagerank 100000 10
import { HashPartitioner, SparkConf, SparkContext } from "firesteel";

await using sc = SparkContext.getOrCreate(new SparkConf().setAppName("page rank"));
const pages = Number(process.argv[2] ?? 20_000);
const rounds = Number(process.argv[3] ?? 5);
const partitions = sc.defaultParallelism;

// Every page links to a few with lower numbers, which collect rank.
const links = sc
  .range(1, pages, 1, partitions)
  .map((page): [number, number[]] => [page, [page >>> 1, Math.floor(page / 3), Math.floor(Math.sqrt(page)), page % 7]])
  .partitionBy(new HashPartitioner(partitions))
  .cache();

// mapValues keeps the keys, and with them the partitioner.
let ranks = links.mapValues(() => 1);
for (let round = 0; round < rounds; round++) {
  ranks = links
    .join(ranks)
    .values()
    .flatMap(([targets, rank]) => targets.map((target) => [target, rank / targets.length]))
    .reduceByKey((a, b) => a + b, partitions)
    .mapValues((sum) => 0.15 + 0.85 * sum);
}

// All rounds are one chain of stages up to here; this job runs it.
console.log(`The pages with the highest rank of ${pages.toLocaleString("en")}, after ${rounds} rounds:`);
for (const [page, rank] of await ranks.top(5, ([, rank]) => rank))
  console.log(`  page ${String(page).padEnd(6)} ${rank.toFixed(3)}`);
