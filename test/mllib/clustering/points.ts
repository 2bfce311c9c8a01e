/** The rows of the golden files, and results in an order that does not depend on how clusters are numbered. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, mllib, type Session } from "../../support/built-session";

export const GOLDEN = join(__dirname, "../../golden/mllib/clustering");

export interface Fit {
  readonly params: Readonly<Record<string, unknown>>;
  readonly centers: readonly (readonly number[])[];
  readonly cost: number;
  readonly sizes: readonly number[];
}

interface Predictions {
  readonly prediction: readonly number[];
  readonly probability?: readonly (readonly number[])[];
}

interface Golden extends Readonly<Record<"k-means" | "k-means-cosine" | "gaussian-mixture" | "bisecting-k-means", Predictions>> {
  readonly rows: readonly (readonly number[])[];
  readonly kmeans: readonly Fit[];
  readonly bisecting: readonly Fit[];
  readonly mixtures: readonly {
    readonly params: Readonly<Record<string, unknown>>;
    readonly parts: readonly (readonly [number[], number, number[][]])[];
    readonly logLikelihood: number;
    readonly sizes: readonly number[];
  }[];
}

export const golden = JSON.parse(readFileSync(join(GOLDEN, "clusters.json"), "utf8")) as Golden;

/** Columns i, features (every third row is sparse), w. */
export function points(spark: Session, rows: readonly (readonly number[])[] = golden.rows): DataFrame {
  const { Vectors, VectorUDT } = mllib;
  const data = rows.map((row, i) => {
    const vector = Vectors.dense(...row.slice(0, 3));
    return [i, i % 3 === 0 ? vector.toSparse() : vector, row[3] ?? 1];
  });
  const field = (name: string, type: unknown): object => ({ name, type, nullable: true });
  const schema = { kind: "struct", fields: [field("i", { kind: "int" }), field("features", VectorUDT), field("w", { kind: "double" })] }; // prettier-ignore
  return spark.createDataFrame(data as never, schema as never);
}

export const byNumbers = (a: readonly number[], b: readonly number[]): number => {
  const i = a.findIndex((value, j) => value !== b[j]);
  return i < 0 ? 0 : a[i]! - b[i]!;
};

export function expectNear(
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  digits: number,
): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, row] of expected.entries())
    for (const [j, value] of row.entries()) expect(actual[i]![j]).toBeCloseTo(value, digits);
}
