/** Every transformer gives what Spark gives: values to 1e-9, the form of vectors, types and attributes; also from Spark's own saved models. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { testSession } from "../../support/built-session";
import { type Case, classNamed, dataset, difference, GOLDEN, golden, plain, type Stage, stageOf, textOf } from "./golden";

const spark = testSession({ "spark.default.parallelism": "3" });
const TOLERANCE = 1e-9;

/** Signs of principal components are free. */
const SIGNS_ARE_FREE = new Set(["pca"]);

/** Spark reads a row to learn the size of vectors; here metadata say only what is known without a job. */
const SIZES_ARE_UNKNOWN = new Set(["assemblerVectors", "assemblerCounts"]);

/** Lists whose order Spark leaves to its maps and partitions. */
const UNORDERED = new Set(["selectedFeatures", "vals"]);

function sorted(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) =>
      key === "vals" && item !== "" && !Number.isNaN(Number(item)) ? Number(item) : sorted(item),
    );
    return UNORDERED.has(key) ? items.sort((a, b) => (String(a) < String(b) ? -1 : 1)) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  // Python writes the keys of maps of numbers as 0.0.
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name.replace(/^(-?\d+)\.0$/, "$1"), sorted(item, name)]),
  );
}

async function results(stage: Stage, one: Case): Promise<unknown> {
  const df = stage.transform(dataset(spark(), one.on));
  const rows = await df.select(...one.out).collect();
  return rows.map((row) => one.out.map((_, i) => plain(row.get(i))));
}

function free(value: unknown): unknown {
  if (typeof value === "number") return Math.abs(value);
  if (Array.isArray(value)) return value.map(free);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, free(item)])); // prettier-ignore
  return value;
}

const seen = (one: Case, value: unknown): unknown => (SIGNS_ARE_FREE.has(one.id) ? free(value) : value);

function valueOf(model: object, name: string): unknown {
  const found = (model as Record<string, unknown>)[name];
  return plain(typeof found === "function" ? (found as () => unknown).call(model) : found);
}

describe.each(golden.cases)("$id", (one) => {
  test("as Spark", async () => {
    const stage = stageOf(one);
    const transformer = one.fit === undefined ? stage : await stage.fit!(dataset(spark(), one.fit));
    for (const [name, want] of Object.entries(one.model ?? {}))
      expect(
        difference(sorted(seen(one, valueOf(transformer, name)), name), sorted(seen(one, want), name), TOLERANCE, name),
      ).toBeNull();
    expect(difference(seen(one, await results(transformer, one)), seen(one, one.rows), TOLERANCE)).toBeNull();
    // Of DCT, Spark prints the parameter, not its value.
    expect(textOf(transformer)).toBe(one.text.replace("UID__inverse", String(one.params["inverse"] ?? false)));
    const schema = await transformer.transform(dataset(spark(), one.on)).schema();
    const fields = one.out.map((name) => schema.fields.find((field) => field.name === name)!);
    const meta = Object.fromEntries(
      fields.flatMap(({ name, metadata }) => (metadata?.["ml_attr"] === undefined ? [] : [[name, metadata["ml_attr"]]])),
    );
    if (!SIZES_ARE_UNKNOWN.has(one.id)) expect(difference(sorted(meta), sorted(one.meta), TOLERANCE, "metadata")).toBeNull();
  });

  const path = join(GOLDEN, "spark-models", one.id);
  if (existsSync(path))
    test("Spark's saved model", async () => {
      const name = one.fit === undefined || classNamed(`${one.class}Model`) === undefined ? one.class : `${one.class}Model`;
      const loaded = await classNamed(one.class === "QuantileDiscretizer" ? "Bucketizer" : name)!.load(path);
      expect(difference(seen(one, await results(loaded, one)), seen(one, one.rows), TOLERANCE)).toBeNull();
    });
});
