// A CommonJS program: `require` of the package, and a main function.
import assert = require("node:assert/strict");
import path = require("node:path");
import { SparkConf, SparkContext, version } from "firesteel";
import type { RDD } from "firesteel";

class Word {
  constructor(readonly text: string) {}
  get length(): number {
    return this.text.length;
  }
}
const suffix = "!";

async function main(): Promise<void> {
  const sc = new SparkContext(new SparkConf().setAppName(path.basename(__filename)));
  assert.equal(sc.version, version);
  const words: RDD<string> = sc.parallelize(["one", "three", "seven"], 2);
  assert.deepEqual(await words.map((text) => new Word(text + suffix).length).collect(), [4, 6, 6]);
  assert.ok((await words.map((text) => new Word(text)).first()) instanceof Word);
  assert.deepEqual(
    await words
      .map((text) => [text.length, 1])
      .reduceByKey((a, b) => a + b)
      .sortByKey()
      .collect(),
    [
      [3, 1],
      [5, 2],
    ],
  );
  assert.deepEqual(await words.map((text) => path.join("a", text)).first(), "a/one");
  await sc.stop();
  console.log("ok");
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
