/** The examples that come with the package: each runs as a user would start it, with little to do. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, Workplace } from "./support/command";

const place = new Workplace();
afterAll(() => place.remove());
afterEach(async () => expect(await place.leftoversAtLast()).toEqual([]));

const ARGUMENTS: Record<string, { args: string[]; says: RegExp }> = {
  wordcount: { args: [join(root, "LICENSE")], says: /license +\d+ +▇+\n[^]*words, \d+ of them different[^]*Try next:/ },
  pi: { args: ["0.2", "2"], says: /^π is about 3\.1\d* after 200,000 darts in 2 batches/ },
  pagerank: { args: ["500", "2"], says: /highest rank of 500, after 2 rounds:\n( {2}page \d+ +\d+\.\d{3}\n){5}$/ },
  logs: { args: ["20000"], says: /\/checkout +\d+[^]*business \d+, free \d+\.\n2 lines could not be read/ },
  sales: { args: ["20000"], says: /HashJoin[^]*\| +name\|orders\|[^]*The best month of each region/ },
  flights: {
    args: ["8000"],
    says: /76 fits asked for, 4 made[^]*best: \{numTrees: \d+, maxDepth: \d+\}, test AUC 0\.[56]\d+\npredictions: \d+ rows/,
  },
  stream: { args: ["2000"], says: /different values\.\n$/ },
};

test("all of them are listed, and say how they are run", async () => {
  const files = readdirSync(join(root, "examples")).map((file) => file.replace(/\.ts$/, ""));
  expect(files.sort()).toEqual(Object.keys(ARGUMENTS).sort());
  expect(await place.run(["run-example"])).toMatchObject({ code: 0, stdout: `${files.sort().join("\n")}\n`, stderr: "" });
  for (const file of files)
    expect(readFileSync(join(root, "examples", `${file}.ts`), "utf8")).toMatch(
      new RegExp(`^// [^]*npx firesteel run-example ${file}\\b`),
    );
});

test.each(Object.entries(ARGUMENTS))("%s", async (name, { args, says }) => {
  const { code, stdout, stderr } = await place.run([
    "run-example",
    "--master",
    "local[2]",
    "--conf",
    "spark.ui.showConsoleProgress=false",
    name,
    ...args,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(says);
});
