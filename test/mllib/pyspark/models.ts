/**
 * Runs as a program: `models.ts save DIR` fits and saves an instance of each class, and what it gives for the rows of `DIR/data`; `models.ts
 * load DIR` loads what PySpark saved of the same instances, and compares what they give. Prints one JSON line a class. A third argument is what the
 * names of the classes must contain.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, SparkSession } from "firesteel";
import * as mllib from "firesteel/mllib";
import { SUBJECTS } from "../compliance-table";
import { learners } from "./learners";

const [mode, directory, only = ""] = process.argv.slice(2) as [string, string, string?];
const { Pipeline, Vectors } = mllib;
const spark = SparkSession.builder.appName("pyspark").config("spark.ui.showConsoleProgress", false).getOrCreate();

interface Stage {
  readonly uid: string;
  fit?(df: DataFrame): Promise<Stage>;
  transform(df: DataFrame): DataFrame;
  write(): { overwrite(): { save(path: string): Promise<void> } };
}
type Class = new (params: object) => Stage;

const said = (line: object): void => console.log(JSON.stringify(line));
const message = (error: unknown): string => String((error as Error).message).slice(0, 400);

function data(): DataFrame {
  let state = 11;
  const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  const rows = Array.from({ length: 120 }, (_, i) => {
    const [a, b] = [random() * 4 - 2, random() * 10];
    return [
      i,
      i % 4 === 3 ? Vectors.sparse(3, [[1, b]]) : Vectors.dense(a, b, i % 7),
      Vectors.dense(i % 3, Math.floor(random() * 3), 1),
      random() * 6 - 3,
      ["red apple", "green pear", "blue", "red apple"][i % 4],
      [["a", "b", "a"], ["b"], ["c", "the", "a"], ["d"]][i % 4],
      [["a", "b"], ["b"], ["c", "the", "a"], ["d", "a", "b"]][i % 4],
      i % 3,
      a + random() - b / 10 > 0 ? 1 : 0,
      2 * a - b + random(),
      i % 20,
      (i * 7) % 15,
      1 + (i % 5),
    ];
  });
  const field = (name: string, type: object): object => ({ name, type, nullable: true });
  const double = { kind: "double" };
  const schema = {
    kind: "struct",
    fields: [
      field("row", { kind: "int" }),
      field("features", mllib.VectorUDT),
      field("counts", mllib.VectorUDT),
      field("x", double),
      field("text", { kind: "string" }),
      field("words", { kind: "array", element: { kind: "string" }, containsNull: true }),
      field("items", { kind: "array", element: { kind: "string" }, containsNull: true }),
      field("category", double),
      field("label", double),
      field("target", double),
      field("user", { kind: "int" }),
      field("item", { kind: "int" }),
      field("rating", double),
    ],
  };
  return spark.createDataFrame(rows, schema as never);
}

/** Rows by their number, vectors as arrays, with the columns that the instance added. */
async function given(stage: Stage, df: DataFrame): Promise<Record<string, unknown>> {
  const before = new Set(await df.columns());
  const out = stage.transform(df);
  const added = (await out.columns()).filter((name) => !before.has(name));
  const rows = await out
    .select("row", ...added)
    .orderBy("row")
    .collect();
  const plain = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(plain)
      : value !== null && typeof value === "object" && "toArray" in value
        ? [...(value as { toArray(): Iterable<number> }).toArray()]
        : value;
  return { added, rows: rows.map((row) => (row.toArray() as unknown[]).map(plain)) };
}

const cases: Record<string, () => Stage> = {};
for (const { name, params } of SUBJECTS) cases[name] = () => new (mllib as unknown as Record<string, Class>)[name]!(params);
Object.assign(cases, learners);
cases["Pipeline"] = () =>
  new Pipeline({ stages: [cases["StringIndexer"]!(), new mllib.VectorAssembler({ inputCols: ["out", "x"], outputCol: "all" }), new mllib.LogisticRegression({ featuresCol: "all" })] as never }) as unknown as Stage; // prettier-ignore

if (mode === "save") await data().coalesce(1).write.mode("overwrite").parquet(join(directory, "data"));
const df = spark.read.parquet(join(directory, "data"));
for (const [name, make] of Object.entries(cases)) {
  if (!name.includes(only)) continue;
  try {
    if (mode === "save") {
      const stage = make();
      const model = stage.fit === undefined ? stage : await stage.fit(df);
      await model
        .write()
        .overwrite()
        .save(join(directory, "ours", name));
      const own = model.constructor as unknown as { load(path: string): Promise<Stage> };
      said({ name, ...(await given(await own.load(join(directory, "ours", name)), df)) });
    } else {
      const theirs = join(directory, "theirs", name);
      const metadata = join(theirs, "metadata");
      const { class: spark } = JSON.parse(readFileSync(join(metadata, "part-00000"), "utf8").split("\n")[0]!) as {
        class: string;
      };
      const own = (mllib as unknown as Record<string, { load(path: string): Promise<Stage> } | undefined>)[
        spark.split(".").at(-1)!
      ];
      if (own === undefined) throw new Error(`${spark} is not exported`);
      said({ name, ...(await given(await own.load(theirs), df)) });
    }
  } catch (error) {
    said({ name, error: message(error) });
  }
}
await spark.stop();
