// Looks through the request log of a web shop, which it makes up: which routes fail, who pays, and where it is slow.
// Shows: a broadcast table instead of a shuffle, a join of two large datasets, aggregateByKey, an accumulator for bad lines.
//
//   npx firesteel run-example logs              200,000 requests
//   npx firesteel run-example logs 2000000
import { SparkConf, SparkContext } from "firesteel";

await using sc = SparkContext.getOrCreate(new SparkConf().setAppName("logs"));
const requests = Number(process.argv[2] ?? 200_000);
const customers = Math.max(1, Math.floor(requests / 50));

interface Request {
  readonly customer: number;
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

// A small table that every task needs is broadcast: it is sent to each executor once, not with every task.
const routes = sc.broadcast(["/", "/search", "/cart", "/checkout", "/api/stock"]);
const damaged = sc.longAccumulator("damaged lines");

const lines = sc.range(0, requests, 1, 2 * sc.defaultParallelism).map((i) => {
  const r = Math.imul(i + 1, 2654435761) >>> 0;
  const route = routes.value[r % 5]!;
  const status = r % (route === "/checkout" ? 23 : 97) === 0 ? 500 : r % 31 === 0 ? 404 : 200;
  return i % 10_007 === 0
    ? "### disk full ###"
    : `${r % customers}\t${route}\t${status}\t${5 + ((r >>> 8) % 200) * (route === "/checkout" ? 4 : 1)}`;
});

const log = lines
  .flatMap((line): Request[] => {
    const [customer, route, status, ms] = line.split("\t");
    if (ms === undefined) {
      damaged.add(1);
      return [];
    }
    return [{ customer: Number(customer), route: route!, status: Number(status), ms: Number(ms) }];
  })
  .cache();

// One pass over the requests keeps four numbers a route: nothing but these is shuffled.
const perRoute = await log
  .map((request) => [request.route, request])
  .aggregateByKey(
    { count: 0, errors: 0, ms: 0, slowest: 0 },
    (sum, { status, ms }) => ({
      count: sum.count + 1,
      errors: sum.errors + (status >= 500 ? 1 : 0),
      ms: sum.ms + ms,
      slowest: Math.max(sum.slowest, ms),
    }),
    (a, b) => ({
      count: a.count + b.count,
      errors: a.errors + b.errors,
      ms: a.ms + b.ms,
      slowest: Math.max(a.slowest, b.slowest),
    }),
  )
  .sortByKey()
  .collect();
console.log("  route          requests  errors  mean ms  slowest");
for (const [route, { count, errors, ms, slowest }] of perRoute) {
  console.log(
    `  ${route.padEnd(13)}${String(count).padStart(10)}${String(errors).padStart(8)}${(ms / count).toFixed(1).padStart(9)}${String(slowest).padStart(9)}`,
  );
}

// Who has which plan is a dataset of its own; both sides are shuffled by customer and meet there.
const plans = sc.range(0, customers).map((customer) => [customer, customer % 10 === 0 ? "business" : "free"]);
const failures = await log
  .filter(({ status }) => status >= 500)
  .map(({ customer }) => [customer, 1])
  .reduceByKey((a, b) => a + b)
  .join(plans)
  .map(([, [count, plan]]) => [plan, count])
  .reduceByKey((a, b) => a + b)
  .collectAsMap();
console.log(
  `\nFailed requests by plan: ${[...failures]
    .sort()
    .map(([plan, count]) => `${plan} ${count}`)
    .join(", ")}.`,
);
console.log(`${damaged.value} lines could not be read.`);
