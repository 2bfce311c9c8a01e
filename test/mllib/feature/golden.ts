/** What PySpark answered (test/golden/mllib/feature/spark.py), and its rows as DataFrames. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, mllib, type Session } from "../../support/built-session";

export const GOLDEN = join(__dirname, "../../golden/mllib/feature");

export interface Case {
  readonly id: string;
  readonly class: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Names of datasets. */
  readonly on: string;
  readonly fit?: string;
  readonly model?: Readonly<Record<string, unknown>>;
  readonly out: readonly string[];
  readonly types: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  readonly meta: Readonly<Record<string, unknown>>;
  /** Its toString, with UID for the uid. */
  readonly text: string;
}

export interface Metric {
  readonly class: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly on: string;
  readonly value: unknown;
  readonly larger: boolean;
  readonly text: string;
}

interface Golden {
  readonly datasets: Readonly<
    Record<string, { fields: readonly (readonly [string, string])[]; rows: readonly (readonly unknown[])[] }>
  >;
  readonly cases: readonly Case[];
  readonly metrics: readonly Metric[];
  readonly statistics: Readonly<Record<string, unknown>>;
}

export const golden = JSON.parse(readFileSync(join(GOLDEN, "expected.json"), "utf8")) as Golden;

const SPECIAL: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };

/** JSON as values: vectors, NaN and infinities. */
export function revived(value: unknown): unknown {
  if (typeof value === "string") return SPECIAL[value] ?? value;
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== "object" || value === null) return value;
  const { dense, size, indices, values } = value as Record<"dense" | "indices" | "values", unknown[]> & { size: number };
  if (dense !== undefined) return mllib.Vectors.dense(revived(dense) as number[]);
  if (size !== undefined && indices !== undefined)
    return mllib.Vectors.sparse(size, indices as number[], revived(values) as number[]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revived(item)]));
}

const TYPES: Readonly<Record<string, unknown>> = {
  int: { kind: "int" },
  double: { kind: "double" },
  string: { kind: "string" },
  boolean: { kind: "boolean" },
  vector: mllib.VectorUDT,
  "array<string>": { kind: "array", element: { kind: "string" }, containsNull: true },
  "array<double>": { kind: "array", element: { kind: "double" }, containsNull: true },
};

export function dataset(session: Session, name: string): DataFrame {
  const { fields, rows } = golden.datasets[name]!;
  const schema = { kind: "struct", fields: fields.map(([field, type]) => ({ name: field, type: TYPES[type], nullable: true })) };
  return session.createDataFrame(rows.map((row) => row.map(revived)), schema as never); // prettier-ignore
}

/** Values as JSON has them, vectors with their form. */
export function plain(value: unknown): unknown {
  if (value instanceof mllib.DenseVector) return { dense: plain([...value.values]) };
  if (value instanceof mllib.SparseVector)
    return { size: value.size, indices: [...value.indices], values: plain([...value.values]) };
  if (value instanceof mllib.DenseMatrix || value instanceof mllib.SparseMatrix)
    return Array.from({ length: value.numRows }, (_, i) => plain([...value.row(i)]));
  if (ArrayBuffer.isView(value)) return plain([...(value as unknown as number[])]);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "object" && value !== null && !("toArray" in value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])); // prettier-ignore
  return value;
}

/** The first difference beyond the relative tolerance, as text; null of equal values. */
export function difference(got: unknown, want: unknown, tolerance: number, path = ""): string | null {
  if (typeof got === "number" && typeof want === "number")
    return Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)) ? null : `${path}: ${got} instead of ${want}`;
  if (Array.isArray(got) && Array.isArray(want)) {
    if (got.length !== want.length) return `${path}: ${got.length} items instead of ${want.length}: ${JSON.stringify(got)} <> ${JSON.stringify(want)}`; // prettier-ignore
    for (let i = 0; i < got.length; i++) {
      const found = difference(got[i], want[i], tolerance, `${path}[${i}]`);
      if (found !== null) return found;
    }
    return null;
  }
  if (typeof got === "object" && typeof want === "object" && got !== null && want !== null) {
    const keys = new Set([...Object.keys(got), ...Object.keys(want)]);
    for (const key of keys) {
      const found = difference(
        (got as Record<string, unknown>)[key],
        (want as Record<string, unknown>)[key],
        tolerance,
        `${path}.${key}`,
      );
      if (found !== null) return found;
    }
    return null;
  }
  return Object.is(got, want) ? null : `${path}: ${JSON.stringify(got)} instead of ${JSON.stringify(want)}`;
}

type Class = (new (params: object) => Stage) & { load(path: string): Promise<Stage> };

export interface Stage {
  readonly uid: string;
  fit?(df: DataFrame): Promise<Stage>;
  transform(df: DataFrame): DataFrame;
  evaluate(df: DataFrame): Promise<number>;
  isLargerBetter(): boolean;
  write(): { save(path: string): Promise<void> };
}

/** Its toString, with UID for what differs from run to run. */
export const textOf = (stage: Stage): string => String(stage).replace(stage.uid, "UID");

export const classNamed = (name: string): Class | undefined => (mllib as unknown as Record<string, Class | undefined>)[name];

export function stageOf(found: Pick<Case, "class" | "params">): Stage {
  const Class = classNamed(found.class);
  if (Class === undefined) throw new Error(`firesteel/mllib has no ${found.class}`);
  return new Class(revived(found.params) as object);
}
