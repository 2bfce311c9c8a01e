/** Programs that read and write an object store: tasks reach it through their executor's main thread. */
import { join } from "node:path";
import { FileSystems } from "../../src/filesystem/file-systems";
import { startS3Server } from "../filesystem/s3-server";
import type { S3Server } from "../filesystem/s3-server";
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();
let server: S3Server;
let conf: Record<string, string>;

beforeAll(async () => {
  server = await startS3Server(join(directory, "s3"), ["data"]);
  conf = {
    "spark.hadoop.fs.s3a.endpoint": server.endpoint,
    "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    "spark.hadoop.fs.s3a.access.key": "S3RVER",
    "spark.hadoop.fs.s3a.secret.key": "S3RVER",
    "spark.hadoop.fs.s3a.path.style.access": "true",
  };
});

afterAll(() => server.close());

test("lines are read from objects, results saved as objects and read back; a failed attempt leaves none", async () => {
  const files = new FileSystems((key) => conf[key]);
  const lines = Array.from({ length: 20_000 }, (_, i) => `${i} ${"x".repeat(i % 37)}`);
  await files.of("s3://data/in").writeFile("s3://data/in/a.txt", Buffer.from(`${lines.slice(0, 12_000).join("\n")}\n`));
  await files.of("s3://data/in").writeFile("s3://data/in/b.txt", Buffer.from(lines.slice(12_000).join("\n")));
  const program = `
    import { SparkContext, TaskContext } from "firesteel";
    await using sc = new SparkContext();
    const numbers = sc.textFile("s3://data/in", 5).map((line) => Number(line.split(" ")[0]));
    const read = [await numbers.count(), await numbers.sum()];
    await numbers.filter((n) => n % 2 === 0).mapPartitions((rows) => {
      const all = [...rows];
      if (TaskContext.get().partitionId() === 1 && TaskContext.get().attemptNumber() === 0) throw new Error("at first");
      return all;
    }).saveAsTextFile("s3://data/out");
    const again = sc.textFile("s3://data/out").map(Number);
    console.log(JSON.stringify({ read, parts: await numbers.getNumPartitions(), again: [await again.count(), await again.sum()] }));
  `;
  const result = await resultOf<{ read: number[]; parts: number; again: number[] }>(
    submit(directory, "objects.ts", program, { master: "local[2,2]", conf }),
  );
  expect(result).toEqual({ read: [20_000, 199_990_000], parts: result.parts, again: [10_000, 99_990_000] });
  const written = (await files.of("s3://data/out").list("s3://data/out")).map((file) => file.path.split("/").at(-1)!);
  expect(written.filter((name) => name.startsWith("part-"))).toHaveLength(result.parts);
  expect(written.filter((name) => !name.startsWith("part-"))).toEqual(["_SUCCESS"]);
  files.close();
});

test("an object that is not there is named", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    try {
      await sc.textFile("s3://data/nowhere.txt").count();
    } catch (error) {
      console.log(JSON.stringify({ message: (error as Error).message }));
    }
  `;
  const { message } = await resultOf<{ message: string }>(submit(directory, "missing.ts", program, { conf }));
  expect(message).toContain("[PATH_NOT_FOUND] Input path does not exist: s3://data/nowhere.txt");
});
