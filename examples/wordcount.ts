// Counts the words of real text: the Markdown and license files of the installed packages, or the files named.
//
//   firesteel run-example wordcount [FILE_OR_GLOB ...]
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SparkConf, SparkContext } from "firesteel";

const started = performance.now();
const sc = SparkContext.getOrCreate(new SparkConf().setAppName("word count"));

const paths = process.argv.length > 2 ? process.argv.slice(2) : installedTexts();
const words = sc
  .textFile(paths.join(","))
  .flatMap((line) => line.toLowerCase().split(/[^\p{L}\p{N}']+/u))
  .filter((word) => word.length > 3);
const counts = words.map((word) => [word, 1]).reduceByKey((a, b) => a + b).cache();

const top = await counts.top(10, ([, count]) => count);
const distinct = await counts.count();
const total = await counts.values().sum();
const seconds = (performance.now() - started) / 1000;

const width = Math.max(...top.map(([word]) => word.length));
for (const [word, count] of top) console.log(`${word.padEnd(width)}  ${count.toLocaleString("en").padStart(8)}`);
console.log(`\n${total.toLocaleString("en")} words, ${distinct.toLocaleString("en")} of them different, in ${await counts.getNumPartitions()} partitions on ${sc.master}: ${seconds.toFixed(2)} s.`);
console.log(`
Try next:
  npx firesteel run-example wordcount README.md                        your own files
  npx firesteel run-example --master 'local-cluster[2,1,1024]' wordcount   two executor processes
  npx firesteel run-example                                            the other examples
  npx firesteel submit app.ts                                          your own program`);
await sc.stop();

/** Globs for the texts in the node_modules folder that this package is in, or that stands beside it. */
function installedTexts(): string[] {
  let folder = dirname(import.meta.dirname);
  while (!existsSync(join(folder, "node_modules")) && dirname(folder) !== folder) folder = dirname(folder);
  const modules = join(folder, "node_modules");
  const packages = readdirSync(modules).flatMap((name) => (name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name]));
  return packages.flatMap((name) => {
    const directory = join(modules, name);
    if (name.startsWith(".") || !existsSync(join(directory, "package.json"))) return [];
    return readdirSync(directory).filter((file) => /\.md$|^licen[sc]e/i.test(file)).map((file) => join(directory, file));
  });
}
