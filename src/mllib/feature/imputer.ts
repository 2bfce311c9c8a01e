/** Numbers in the place of missing ones. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { ColumnBatch, Vector as Column } from "../../columnar/vector";
import { vectorOfBoxed } from "../../columnar/batch";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { SparkSession } from "../../dataframe/api/spark-session";
import type { Row } from "../../dataframe/types/row";
import { Estimator, Model } from "../base/estimator";
import { checkNumeric, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { doubleColumn, doublesOf } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { anyDoubleParam, choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols, relativeError } from "../param/shared";
import { persistent } from "../persistence/registry";
import { columnPairs } from "./support/columns";
import { ColumnQuantiles, type PlainSummary, quantilesOf } from "./support/quantiles";
import { column, savedByParams, tableOf } from "./support/saved";
import { doubleText } from "../../dataframe/types/java-floats";
import { columnCounts } from "./support/described";

const params = {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  ...relativeError(),
  strategy: choiceParam("what stands for missing values of a column; of equally frequent values the least is its mode", ["mean", "median", "mode"], "mean"), // prettier-ignore
  missingValue: anyDoubleParam("the value that means that there is none; null always does", NaN),
} as const;

function outputFields(schema: StructType, stage: Imputer | ImputerModel): StructField[] {
  return columnPairs(stage).map(({ input, output }) => ({
    name: output,
    type: checkNumeric(schema, input, stage.className).type,
    nullable: true,
  }));
}

/** Results have the type of their inputs. */
export class Imputer extends withParams(Estimator<ImputerModel>, params) {
  override transformSchema(schema: StructType): StructType {
    return withFields(schema, this.className, ...outputFields(schema, this));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<ImputerModel> {
    const names = columnPairs(this).map(({ input }) => input);
    const { data, types } = batchInput(df, schema, names, this.className);
    const spec = { types, missing: this.getMissingValue(), error: this.getRelativeError() };
    const strategy = this.getStrategy();
    const surrogates =
      strategy === "mean"
        ? ((await data.aggregate(sums, spec)) ?? []).map(({ sum, count }) => (count === 0 ? null : sum / count))
        : strategy === "mode"
          ? ((await data.aggregate(modes, spec)) ?? []).map(modeOf)
          : quantilesOf(await data.partials(medians, spec), names.length, spec.error, [0.5]).map((found) => found?.[0] ?? null);
    return new ImputerModel(
      names.map((name, i) => {
        const value = surrogates[i] ?? null;
        if (value === null)
          throw new DataError("EMPTY_COLUMN", `${this.className}: column ${name} has no value from which to learn what stands for missing ones.`); // prettier-ignore
        return [name, value] as const;
      }),
    ).of(this);
  }
}

function modeOf(counts: readonly (readonly [number, number])[]): number | null {
  let best: readonly [number, number] | null = null;
  for (const one of counts) if (best === null || one[1] > best[1] || (one[1] === best[1] && one[0] < best[0])) best = one;
  return best?.[0] ?? null;
}

interface Spec {
  readonly types: readonly DataType[];
  readonly missing: number;
  readonly error: number;
}

/** Calls `visit` with the values that are there. NaN never is one. */
function eachValue(
  batches: Iterable<ColumnBatch>,
  { types, missing }: Spec,
  visit: (column: number, value: number) => void,
): void {
  for (const batch of batches)
    for (let j = 0; j < types.length; j++) {
      const { values, valid } = doublesOf(batch.columns[j]!, types[j]!);
      for (let row = 0; row < batch.length; row++) {
        const value = values[row]!;
        if ((valid === null || valid[row] === 1) && value !== missing && !Number.isNaN(value)) visit(j, value);
      }
    }
}

const sums = aggregateProgram<Spec, ColumnBatch, { sum: number; count: number }[]>({
  name: "mllib.imputer.mean",
  run(batches, spec) {
    const all = spec.types.map(() => ({ sum: 0, count: 0 }));
    eachValue(batches, spec, (j, value) => {
      all[j]!.sum += value;
      all[j]!.count++;
    });
    return all;
  },
  merge: (a, b) => a.map(({ sum, count }, j) => ({ sum: sum + b[j]!.sum, count: count + b[j]!.count })),
});

const modes = aggregateProgram<Spec, ColumnBatch, (readonly [number, number])[][]>({
  name: "mllib.imputer.mode",
  run(batches, spec) {
    const all = spec.types.map(() => new Map<number, number>());
    eachValue(batches, spec, (j, value) => void all[j]!.set(value, (all[j]!.get(value) ?? 0) + 1));
    return all.map((counts) => [...counts]);
  },
  merge: (a, b) =>
    a.map((counts, j) => {
      const all = new Map(counts);
      for (const [value, count] of b[j]!) all.set(value, (all.get(value) ?? 0) + count);
      return [...all];
    }),
});

const medians = aggregateProgram<Spec, ColumnBatch, PlainSummary[]>({
  name: "mllib.imputer.median",
  run(batches, spec) {
    const quantiles = new ColumnQuantiles(spec.types.length, spec.error);
    eachValue(batches, spec, (j, value) => quantiles.add(j, value));
    return quantiles.finish();
  },
});

export class ImputerModel extends withParams(Model, params) {
  constructor(
    /** What stands for missing values, by column. */
    readonly surrogates: readonly (readonly [column: string, value: number])[],
  ) {
    super();
  }

  of(parent: Imputer): this {
    return this.adopted(parent);
  }

  /** One row: what stands for missing values, in a column of doubles for each input column. */
  get surrogateDF(): DataFrame {
    const type = { kind: "double" } as const;
    const fields = this.surrogates.map(([name]): StructField => ({ name, type, nullable: false }));
    return SparkSession.active().createDataFrame([this.surrogates.map(([, value]) => value)], { kind: "struct", fields });
  }

  override transformSchema(schema: StructType): StructType {
    return withFields(schema, this.className, ...outputFields(schema, this));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const values = new Map(this.surrogates);
    const inputs = columnPairs(this).map(({ input }) => checkNumeric(schema, input, this.className).name);
    const spec = { missing: this.getMissingValue(), values: columnPairs(this).map(({ input }) => values.get(input)!) };
    return appendColumns(df, impute, { inputs, outputs: outputFields(schema, this), spec });
  }

  override toString(): string {
    return this.described({
      strategy: this.getStrategy(),
      missingValue: doubleText(this.getMissingValue()),
      ...columnCounts(this),
    });
  }
}

const impute = columnsProgram<{ readonly missing: number; readonly values: readonly number[] }>({
  name: "mllib.imputer",
  open:
    ({ missing, values }, types: readonly DataType[]) =>
    (columns) =>
      columns.map((input, i) => imputed(input, types[i]!, missing, values[i]!)),
});

function imputed(input: Column, type: DataType, missing: number, value: number): Column {
  const doubles = doublesOf(input, type);
  const out = doubles.values.slice();
  const isMissing = Number.isNaN(missing) ? Number.isNaN : (x: number): boolean => x === missing;
  for (let row = 0; row < out.length; row++)
    if (isMissing(out[row]!) || (doubles.valid !== null && doubles.valid[row] === 0)) out[row] = value;
  if (type.kind === "double") return doubleColumn(out);
  return vectorOfBoxed(Array.from(out, castTo(type)), type);
}

/** Numbers as boxed values of a type, as SQL casts doubles. */
function castTo(type: DataType): (value: number) => number {
  if (type.kind === "decimal") return (value) => Math.round(value * 10 ** type.scale);
  if (type.kind === "float") return Math.fround;
  return Math.trunc;
}

savedByParams(Imputer);
persistent(ImputerModel, {
  sparkClass: "org.apache.spark.ml.feature.ImputerModel",
  save: (model, directory) =>
    directory.writeTable("data", tableOf(Object.fromEntries(model.surrogates.map(([name]) => [name, column.double]))), [
      model.surrogates.map(([, value]) => value),
    ]),
  async load(metadata, directory) {
    const { inputCols: several, inputCol: one } = metadata.paramMap as { inputCols?: readonly string[]; inputCol?: string };
    const names = several ?? (one === undefined ? [] : [one]);
    const [row] = (await directory.readTable("data", names)) as readonly (Row | undefined)[];
    if (row === undefined) throw directory.damaged("data has no row");
    return new ImputerModel(names.map((name) => [name, Number(row.get(name))] as const));
  },
});
