/** Files and archives that programs share with their tasks. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();
const words = join(directory, "words.txt");
const script = join(directory, "shout.sh");
const model = join(directory, "model.tar.gz");

beforeAll(() => {
  writeFileSync(words, "alpha\nbeta\n");
  writeFileSync(script, "#!/bin/sh\ntr a-z A-Z\n");
  mkdirSync(join(directory, "model/deep"), { recursive: true });
  writeFileSync(join(directory, "model/deep/weights.bin"), Buffer.alloc(6_000_000, 7));
  execFileSync("tar", ["-czf", model, "-C", join(directory, "model"), "."]);
});

test("tasks and driver read files and archives; each executor fetches once, however many threads ask", async () => {
  const program = `
    import { SparkContext, SparkFiles } from "firesteel";
    import { readFileSync, readdirSync, statSync } from "node:fs";
    await using sc = new SparkContext();
    sc.addFile(${JSON.stringify(words)});
    sc.addFile("file://" + ${JSON.stringify(script)});
    sc.addArchive(${JSON.stringify(model)} + "#model");
    const seen = await sc.range(0, 16, 1, 16).map(() => {
      const path = SparkFiles.get("model/deep/weights.bin");
      return process.pid + " " + statSync(path).ino + " " + readFileSync(path).length + " " + readFileSync(SparkFiles.get("words.txt"), "utf8").trim().split("\\n").join("+");
    }).collect();
    const shouted = await sc.parallelize(["quiet"], 1).pipe([${JSON.stringify("/bin/sh")}, "-c", "exec " + SparkFiles.get("shout.sh")]).collect();
    const roots = await sc.range(0, 4, 1, 4).map(() => {
      const root = SparkFiles.getRootDirectory();
      return root + ":" + readdirSync(root).sort().join();
    }).distinct().collect();
    console.log(JSON.stringify({
      distinct: [...new Set(seen)].map((line) => line.split(" ").slice(2).join(" ")),
      executors: new Set(seen.map((line) => line.split(" ")[0])).size,
      shouted, roots: roots.map((root) => root.split(":")[1]),
      driver: [readFileSync(SparkFiles.get("words.txt"), "utf8"), readdirSync(SparkFiles.getRootDirectory()).sort().join()],
      lists: [sc.listFiles(), sc.listArchives()],
    }));
  `;
  const result = await resultOf<{ distinct: string[]; executors: number; roots: string[] }>(
    submit(directory, "files.ts", program, { master: "local-cluster[2,2,512]" }),
  );
  expect(result).toEqual({
    distinct: Array<string>(result.executors).fill("6000000 alpha+beta"),
    executors: 2,
    shouted: ["QUIET"],
    roots: ["model,shout.sh,words.txt", "model,shout.sh,words.txt"],
    driver: ["alpha\nbeta\n", "model,shout.sh,words.txt"],
    lists: [[words, script], [model]],
  });
});

test("--files and --archives", async () => {
  const program = `
    import { SparkContext, SparkFiles } from "firesteel";
    import { readFileSync } from "node:fs";
    await using sc = new SparkContext();
    const read = await sc.range(0, 1, 1, 1).map(() => readFileSync(SparkFiles.get("words.txt"), "utf8") + readFileSync(SparkFiles.get("m/deep/weights.bin")).length).collect();
    console.log(JSON.stringify(read));
  `;
  const options = ["--files", `${words},${script}`, "--archives", `${model}#m`];
  expect(await resultOf(submit(directory, "options.ts", program, { options }))).toEqual(["alpha\nbeta\n6000000"]);
});

test("names that were not added, and archives that are none, are told in words", async () => {
  const broken = join(directory, "broken.tar");
  writeFileSync(broken, "this is no archive");
  const program = `
    import { SparkContext, SparkFiles } from "firesteel";
    const early = (() => { try { return SparkFiles.get("x"); } catch (error) { return (error as Error).message; } })();
    await using sc = new SparkContext();
    const failure = (name: string) => sc.range(0, 1, 1, 1).map(() => SparkFiles.get(name)).collect().then(String, (error) => error.cause.message as string);
    const none = await failure("words.txt");
    sc.addFile(${JSON.stringify(words)});
    sc.addArchive(${JSON.stringify(broken)});
    const taken = (() => { try { sc.addArchive(${JSON.stringify(model)} + "#words.txt"); return ""; } catch (error) { return (error as Error).message; } })();
    console.log(JSON.stringify([early, none, await failure("word.txt"), await failure("broken.tar"), taken]));
  `;
  expect(await resultOf(submit(directory, "unknown.ts", program, { master: "local[1]" }))).toEqual([
    "[NO_CONTEXT] SparkFiles.get: there is no SparkContext.",
    '[SHARED_FILE_NOT_FOUND] SparkFiles.get: no file or archive was added as "words.txt"; nothing was added yet.',
    '[SHARED_FILE_NOT_FOUND] SparkFiles.get: no file or archive was added as "word.txt"; there are words.txt, broken.tar.',
    expect.stringMatching(/^\[ARCHIVE_NOT_UNPACKED\] tar cannot unpack broken\.tar: tar: /),
    `[FILE_NAME_TAKEN] A file with the name words.txt was added from ${words} already.`,
  ]);
});

test("directories travel with all that is in them; without being asked for, one is refused", async () => {
  const folder = join(directory, "v1.zip");
  mkdirSync(join(folder, "deep/empty"), { recursive: true });
  writeFileSync(join(folder, "deep/weights.txt"), "0.5");
  symlinkSync(words, join(folder, "words"));
  const program = `
    import { SparkContext, SparkFiles } from "firesteel";
    import { readFileSync, readdirSync } from "node:fs";
    await using sc = new SparkContext();
    const refused = (() => { try { sc.addFile(${JSON.stringify(folder)}); return ""; } catch (error) { return (error as Error).message; } })();
    sc.addFile(${JSON.stringify(folder)}, true);
    const seen = await sc.range(0, 2, 1, 2).map(() => [
      readdirSync(SparkFiles.get("v1.zip"), { recursive: true }).sort().join(),
      readFileSync(SparkFiles.get("v1.zip/deep/weights.txt"), "utf8"),
      readFileSync(SparkFiles.get("v1.zip/words"), "utf8"),
    ]).collect();
    console.log(JSON.stringify({ refused, seen, lists: [sc.listFiles(), sc.listArchives()] }));
  `;
  const seen = ["deep,deep/empty,deep/weights.txt,words", "0.5", "alpha\nbeta\n"];
  expect(await resultOf(submit(directory, "directories.ts", program, { master: "local-cluster[2,1,512]" }))).toEqual({
    refused: `[UNSUPPORTED_ADD_FILE.DIRECTORY] addFile: ${folder} is a directory; addFile(path, true) adds all that is in it.`,
    seen: [seen, seen],
    lists: [[folder], []],
  });
});
