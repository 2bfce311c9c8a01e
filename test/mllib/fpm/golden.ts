/** What Spark said of patterns (test/golden/mllib/fpm/make.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Rule = readonly [antecedent: unknown[], consequent: unknown[], confidence: number, lift: number, support: number];

interface Golden {
  readonly numbers: readonly (number[] | null)[];
  readonly texts: readonly (string[] | null)[];
  readonly sequences: readonly (number[][] | null)[];
  readonly fits: readonly {
    readonly rows: "numbers" | "texts";
    readonly type: string;
    readonly params: Readonly<Record<string, number>>;
    readonly itemsets: readonly [unknown[], number][];
    readonly rules: readonly Rule[];
    readonly predictions: readonly unknown[][];
  }[];
  readonly patterns: readonly {
    readonly params: Readonly<Record<string, number>>;
    readonly sequences: readonly [unknown[][], number][];
  }[];
}

export const FOLDER = join(__dirname, "../../golden/mllib/fpm");
export const golden = JSON.parse(readFileSync(join(FOLDER, "patterns.json"), "utf8")) as Golden;

/** Items of arrays have no order that means something, rows have none. */
export const unordered = (value: unknown): string =>
  Array.isArray(value) ? `{${value.map(unordered).sort().join()}}` : JSON.stringify(value);

/** The same of rows whose arrays are `ordered`. */
export const listed = (rows: readonly unknown[], ordered = unordered): string[] => rows.map((row) => ordered(row)).sort();
