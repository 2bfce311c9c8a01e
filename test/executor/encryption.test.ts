/** An application whose local files are encrypted: answers are the same, and nothing of its data can be read in them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SparkConf as Conf } from "../../src";

const { SparkConf, SparkContext, SparkSession, StorageLevel } = require("../../dist") as typeof import("../../src");

const MARK = "plain-to-see";
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "encryption-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function settings(master: string, encrypted: boolean): Conf {
  const conf = new SparkConf().setMaster(master).setAppName("encryption").set("spark.local.dir", folder);
  conf.set("spark.ui.showConsoleProgress", "false").set("firesteel.memory.maxPerTask", "300k");
  return encrypted ? conf.set("spark.io.encryption.enabled", "true").set("spark.io.encryption.keySizeBits", "256") : conf;
}

/** What lies in a directory, by kind of file, and how many of each kind show the mark. Also called in tasks, while these have files. */
function look(directory: string, mark: string): Record<string, [files: number, readable: number]> {
  const seen: Record<string, [number, number]> = {};
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    let content: Buffer;
    try {
      content = readFileSync(join(entry.parentPath, entry.name));
    } catch {
      continue; // of another task, which has ended
    }
    // Of "t0-17-operator-3" and "rdd_4_1.2.block" what they are.
    const kind = /operator|segment|block$|data$/.exec(entry.name)?.[0] ?? entry.name.replace(/[\d.-]+/g, " ").trim();
    const found = (seen[kind] ??= [0, 0]);
    found[0]++;
    if (content.includes(mark) || content.includes(Buffer.from(mark, "utf16le"))) found[1]++;
  }
  return seen;
}

function together(all: readonly Record<string, [number, number]>[]): Record<string, [number, number]> {
  const sum: Record<string, [number, number]> = {};
  for (const one of all)
    for (const [kind, [files, readable]] of Object.entries(one)) {
      const [f, r] = sum[kind] ?? [0, 0];
      sum[kind] = [f + files, r + readable];
    }
  return sum;
}

/** Shuffles, a sort that spills, blocks and a broadcast on disk. */
async function rddJob(master: string, encrypted: boolean) {
  const sc = new SparkContext(settings(master, encrypted));
  try {
    const names = sc.broadcast(Array.from({ length: 20_000 }, (_, i) => `${MARK}-${i}`));
    const kept = sc
      .range(0, 100_000, 1, 4)
      .map((i) => [names.value[(i * 7) % 20_000]!, i] as [string, number])
      .persist(StorageLevel.DISK_ONLY);
    const rows = await kept.count();
    const sums = await kept
      .groupByKey(3)
      .mapValues((values) => [...values].reduce((a, b) => a + b, 0))
      .collect();
    const [mark, directory] = [MARK, folder];
    const sorted = await kept
      .map(([name]) => name)
      .sortBy((name) => name, false, 2)
      .mapPartitions(function* (all) {
        let first: [string, Record<string, [number, number]>] | null = null;
        for (const name of all) first ??= [name, look(directory, mark)];
        yield first!;
      })
      .collect();
    return {
      answers: { rows, sums: sums.sort(), first: sorted.map(([name]) => name) },
      seen: together([...sorted.map(([, seen]) => seen), look(folder, MARK)]),
    };
  } finally {
    await sc.stop();
  }
}

/** A sort and a join of SQL that spill. */
async function sqlJob(master: string, encrypted: boolean) {
  const spark = SparkSession.builder
    .config(settings(master, encrypted))
    .config("spark.sql.adaptive.enabled", "false")
    .getOrCreate();
  try {
    const [mark, directory] = [MARK, folder];
    const df = spark.range(0, 60_000, 1, 3).selectExpr(`concat('${MARK}-', id * 7 % 60000) AS name`, "id");
    const sorted = await df
      .repartition(2)
      .sortWithinPartitions("name")
      .rdd.mapPartitions(function* (all) {
        let rows = 0;
        let first: [unknown, Record<string, [number, number]>] | null = null;
        for (const row of all) {
          first ??= [row["name"], look(directory, mark)];
          rows++;
        }
        yield [first![0], rows, first![1]] as const;
      })
      .collect();
    return {
      answers: sorted.map(([name, rows]) => [name, rows]),
      seen: together([...sorted.map(([, , seen]) => seen), look(folder, MARK)]),
    };
  } finally {
    await spark.stop();
  }
}

test.each([
  ["RDDs on local[2]", "local[2]", rddJob, ["block", "data", "sort"]],
  ["RDDs on executors that read each other's files", "local-cluster[2,1,512]", rddJob, ["block", "data", "sort"]],
  ["SQL on local[2]", "local[2]", sqlJob, ["data", "operator"]],
] as const)("%s", async (_, master, job, kinds) => {
  const plain = await job(master, false);
  const encrypted = await job(master, true);
  expect(encrypted.answers).toEqual(plain.answers);
  const of = ({ seen }: typeof plain): [string, boolean][] => kinds.map((kind) => [kind, (seen[kind] ?? [0, 0])[1] > 0]);
  expect(of(plain)).toEqual(kinds.map((kind) => [kind, true]));
  expect(Object.keys(encrypted.seen)).toEqual(expect.arrayContaining([...kinds]));
  expect(Object.values(encrypted.seen).filter(([, readable]) => readable > 0)).toEqual([]);
});
