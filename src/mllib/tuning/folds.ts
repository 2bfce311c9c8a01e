/**
 * Which rows are for training and which for validation: as PySpark's tuning divides them, by `rand(seed)` of each row, so that the
 * same rows are in the same folds there and here, whatever the parallelism.
 */
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { coalesce, col, concat, lit, raise_error, rand, when } from "../../dataframe/api/functions";
import { checkNumeric } from "../base/schema";
import type { StructType } from "../../columnar/types";

export interface Fold {
  readonly training: DataFrame;
  readonly validation: DataFrame;
}

export interface Folds {
  readonly folds: readonly Fold[];
  /** All rows, from what is kept. */
  readonly all: DataFrame;
  /** Drops what was kept. */
  release(): void;
}

/** `numFolds` parts at random; each is the validation of one fold. The rows with their numbers are computed once, and kept. */
export function randomFolds(df: DataFrame, numFolds: number, seed: number, uid: string): Folds {
  const number = `${uid}_rand`;
  const numbered = df.withColumn(number, rand(seed)).persist();
  const width = 1 / numFolds;
  const folds = Array.from({ length: numFolds }, (_, i) => {
    const inside = col(number)
      .geq(i * width)
      .and(col(number).lt((i + 1) * width));
    return { training: numbered.filter(inside.not()).drop(number), validation: numbered.filter(inside).drop(number) };
  });
  return { folds, all: numbered.drop(number), release: () => void numbered.unpersist() };
}

/** A part of about `trainRatio` for training, the rest for validation. */
export function randomSplit(df: DataFrame, trainRatio: number, seed: number, uid: string): Folds {
  const number = `${uid}_rand`;
  const numbered = df.withColumn(number, rand(seed)).persist();
  const validates = col(number).geq(trainRatio);
  const fold = { training: numbered.filter(validates.not()).drop(number), validation: numbered.filter(validates).drop(number) };
  return { folds: [fold], all: numbered.drop(number), release: () => void numbered.unpersist() };
}

/** Folds that a column tells: whole numbers from 0 to before `numFolds`. Throws where a fold has no rows to learn from, or to validate. */
export async function givenFolds(df: DataFrame, schema: StructType, numFolds: number, column: string): Promise<Folds> {
  checkNumeric(schema, column, "CrossValidator");
  const fold = col(quoted(column));
  const outside = concat(
    lit(`Fold number must be in range [0, ${numFolds}), but got `),
    coalesce(fold.cast("string"), lit("null")),
  );
  const checked = df.withColumn(column, when(fold.geq(0).and(fold.lt(numFolds)), fold).otherwise(raise_error(outside))).persist();
  const folds = Array.from({ length: numFolds }, (_, i) => ({
    training: checked.filter(fold.notEqual(i)),
    validation: checked.filter(fold.equalTo(i)),
  }));
  try {
    const sizes = new Map(
      (await checked.groupBy(quoted(column)).count().collect()).map((row) => [Number(row.get(0)), row.get(1)]),
    );
    for (let i = 0; i < numFolds; i++) {
      if (!sizes.has(i)) throw emptyFold("validation", i);
      if (sizes.size === 1) throw emptyFold("training", i);
    }
  } catch (error) {
    checked.unpersist();
    throw error;
  }
  return { folds, all: checked, release: () => void checked.unpersist() };
}

const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

function emptyFold(part: string, fold: number): UsageError {
  return new UsageError("EMPTY_FOLD", `The ${part} data at fold ${fold} is empty.`, { parameters: { fold: String(fold) } });
}
