// Counts the words of real text: the Markdown and license files of the installed packages, or the files that you name.
// Shows: reading many files at once, a shuffle (reduceByKey), a dataset that is cached because three jobs use it.
//
//   npx firesteel run-example wordcount                       the installed packages' texts
//   npx firesteel run-example wordcount notes.md 'docs/*.txt' your own: files, folders, globs
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { SparkConf, SparkContext } from "firesteel";

const started = performance.now();
await using sc = SparkContext.getOrCreate(new SparkConf().setAppName("word count"));
const paths = process.argv.length > 2 ? process.argv.slice(2) : installedTexts();

const counts = sc
  .textFile(paths.join(","))
  // Each of the many small files is a partition of its own: a few tasks a core, with many files each, do the same in less time.
  .coalesce(4 * sc.defaultParallelism)
  .flatMap((line) =>
    line
      .toLowerCase()
      .replace(/https?:\S+/g, "")
      .split(/[^\p{L}\p{N}']+/u),
  )
  .filter((word) => word.length > 3)
  .map((word) => [word, 1])
  .reduceByKey((a, b) => a + b, sc.defaultParallelism)
  .cache();

// Nothing has been read so far: actions like these start the work.
const top = await counts.top(12, ([, count]) => count);
const distinct = await counts.count();
const total = await counts.values().sum();
const seconds = (performance.now() - started) / 1000;

if (top.length === 0) console.log("There are no words in these files.");
else {
  const number = (count: number): string => count.toLocaleString("en");
  const width = Math.max(...top.map(([word]) => word.length), 12);
  const most = top[0]![1];
  console.log(`\n  ${"word".padEnd(width)}  ${"count".padStart(9)}\n  ${"─".repeat(width)}  ${"─".repeat(9)}`);
  for (const [word, count] of top) {
    console.log(`  ${word.padEnd(width)}  ${number(count).padStart(9)}  ${"▇".repeat(Math.ceil((count / most) * 24))}`);
  }
  console.log(
    `\n  ${number(total)} words, ${number(distinct)} of them different, in ${seconds.toFixed(2)} s on ${sc.master} (${sc.defaultParallelism} tasks at once).`,
  );
}
console.log(`
Try next:
  npx firesteel run-example wordcount README.md    # your own files
  npx firesteel run-example                        # lists the other examples
  npx firesteel submit app.ts                      # your own program
  npx firesteel submit --master 'local-cluster[2,1,1024]' app.ts
                                                   # on two executor processes
`);

/** The texts in the node_modules folder that this package is in, or that stands beside it. */
function installedTexts(): string[] {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "node_modules")) && dirname(folder) !== folder) folder = dirname(folder);
  const modules = join(folder, "node_modules");
  const packages = readdirSync(modules).flatMap((name) =>
    name.startsWith("@") ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  return packages.flatMap((name) => {
    const directory = join(modules, name);
    if (name.startsWith(".") || !existsSync(join(directory, "package.json"))) return [];
    return readdirSync(directory)
      .filter((file) => /\.md$|^licen[sc]e/i.test(file) && !/[,*?[\]{}]/.test(file))
      .map((file) => join(directory, file));
  });
}
