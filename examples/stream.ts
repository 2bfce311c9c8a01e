// Reads numbers from a source that delivers them little by little, and writes results to another at the pace it takes them.
// Shows: sc.fromStream (any async iterable or Node stream, such as a socket, a child's output, an HTTP response) and
// rdd.toReadable, both with backpressure; neither side is ever held in memory as a whole on the driver.
//
//   npx firesteel run-example stream            50,000 readings
//   seq 1 1000 | npx firesteel run-example stream -      numbers from standard input
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { SparkConf, SparkContext } from "firesteel";

await using sc = SparkContext.getOrCreate(new SparkConf().setAppName("stream"));
const from = process.argv[2] ?? "50000";

/** A sensor: a batch of readings every few milliseconds. */
async function* sensor(readings: number): AsyncGenerator<number> {
  for (let i = 0; i < readings; i++) {
    if (i % 5000 === 0) await sleep(10);
    yield 20 + 5 * Math.sin(i / 1000) + ((i * 7919) % 100) / 100;
  }
}

async function* standardInput(): AsyncGenerator<number> {
  for await (const line of createInterface({ input: process.stdin })) if (line.trim() !== "") yield Number(line);
}

const readings = sc.fromStream(from === "-" ? standardInput() : sensor(Number(from)));
const perDegree = readings
  .map((value) => [Math.floor(value), 1])
  .reduceByKey((a, b) => a + b)
  .sortByKey();

let rows = 0;
const printer = new Writable({
  objectMode: true,
  write([degree, count]: [number, number], _encoding, done) {
    if (rows++ < 12) console.log(`  ${String(degree).padStart(6)}  ${String(count).padStart(7)}`);
    done();
  },
});
await pipeline(perDegree.toReadable(), printer);
console.log(`${rows} different values.`);
