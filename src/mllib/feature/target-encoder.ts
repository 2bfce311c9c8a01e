/** Categories as the mean of the label among their rows, drawn towards the mean of all rows. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { doubleText } from "../../dataframe/types/java-floats";
import { attributeMetadata } from "../base/attributes";
import { Estimator, Model } from "../base/estimator";
import { checkNumeric, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { doubleColumn, doublesOf } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { choiceParam, doubleParam, gtEq } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, labelCol, outputCol, outputCols } from "../param/shared";
import { persistent } from "../persistence/registry";
import { columnPairs, optionalDouble } from "./support/columns";
import { column, savedByParams, tableOf } from "./support/saved";

const params = {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  ...labelCol,
  targetType: choiceParam("the label: binary (0 and 1) or continuous", ["binary", "continuous"], "binary"),
  smoothing: doubleParam("rows that the mean of all rows counts for in each category's mean", 0, gtEq(0)),
  handleInvalid: choiceParam(
    'what to do with categories that were not seen: "error", or "keep": the mean of all rows',
    ["error", "keep"],
    "error",
  ),
} as const;

/** Keys of Spark's for null, and for all rows. */
const NULL = -1;
const ALL = 2147483647;

/** Rows of each category, and the sum (binary) or mean (continuous) of their labels; all rows under the key 2147483647, null under -1. */
export type TargetStatistics = ReadonlyMap<number, readonly [rows: number, statistic: number]>;

/** Categories are whole numbers from 0; null is one of its own. Rows whose label is null or NaN do not count. */
export class TargetEncoder extends withParams(Estimator<TargetEncoderModel>, params) {
  override transformSchema(schema: StructType): StructType {
    const pairs = columnPairs(this);
    checkNumeric(schema, this.getLabelCol(), this.className);
    for (const { input } of pairs) checkNumeric(schema, input, this.className);
    return withFields(schema, this.className, ...pairs.map(({ output }) => optionalDouble(output)));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<TargetEncoderModel> {
    const names = columnPairs(this).map(({ input }) => input);
    const { data, types } = batchInput(df, schema, [this.getLabelCol(), ...names], this.className);
    const continuous = this.getTargetType() === "continuous";
    const found = await data.aggregate(addUp, { names, types, continuous, label: this.getLabelCol() });
    return new TargetEncoderModel(names.map((_, i) => new Map(found?.[i]?.stats ?? []))).of(this);
  }
}

interface AddUpSpec {
  readonly names: readonly string[];
  readonly types: readonly DataType[];
  readonly label: string;
  readonly continuous: boolean;
}

/** Of a column. */
interface Partial {
  readonly continuous: boolean;
  readonly stats: readonly (readonly [key: number, statistic: readonly [number, number]])[];
}

const addUp = aggregateProgram<AddUpSpec, ColumnBatch, Partial[]>({
  name: "mllib.targetEncoder.fit",
  run(batches, { names, types, label, continuous }) {
    const all = names.map(() => new Map<number, [number, number]>());
    for (const batch of batches) {
      const labels = doublesOf(batch.columns[0]!, types[0]!);
      for (const [i, name] of names.entries()) {
        const { values, valid } = doublesOf(batch.columns[i + 1]!, types[i + 1]!);
        for (let row = 0; row < batch.length; row++) {
          const y = labels.values[row]!;
          if (Number.isNaN(y) || (labels.valid !== null && labels.valid[row] === 0)) continue;
          if (!continuous && y !== 0 && y !== 1)
            throw new DataError("INVALID_LABEL", `TargetEncoder: the binary label ${label} must be 0 or 1, but holds ${y}. Set targetType to "continuous".`); // prettier-ignore
          const missing = valid !== null && valid[row] === 0;
          const value = missing ? NULL : values[row]!;
          if (!missing && !(Number.isInteger(value) && value >= 0))
            throw new DataError("INVALID_CATEGORY", `TargetEncoder: categories are whole numbers from 0, but column ${name} holds ${value}.`); // prettier-ignore
          for (const key of [value, ALL]) {
            const sum = all[i]!.get(key) ?? [0, 0];
            sum[0]++;
            sum[1] += continuous ? (y - sum[1]) / sum[0] : y;
            all[i]!.set(key, sum);
          }
        }
      }
    }
    return all.map((each) => ({ continuous, stats: [...each] }));
  },
  merge: (a, b) =>
    a.map(({ continuous, stats }, i) => {
      const all = new Map(stats);
      for (const [key, [rows, statistic]] of b[i]!.stats) {
        const [before, sum] = all.get(key) ?? [0, 0];
        const count = before + rows;
        all.set(key, [count, continuous ? sum + ((statistic - sum) * rows) / count : sum + statistic]);
      }
      return { continuous, stats: [...all] };
    }),
});

export class TargetEncoderModel extends withParams(Model, params) {
  constructor(
    /** Of each column. */
    readonly stats: readonly TargetStatistics[],
  ) {
    super();
  }

  of(parent: TargetEncoder): this {
    return this.adopted(parent);
  }

  /** What stands for each category of a column. */
  encodings(at: number): ReadonlyMap<number, number> {
    const statistics = this.stats[at]!;
    const binary = this.getTargetType() === "binary";
    const smoothing = this.getSmoothing();
    const mean = ([rows, statistic]: readonly [number, number]): number => (binary ? statistic / rows : statistic);
    const overall = statistics.get(ALL);
    return new Map(
      Array.from(statistics, ([key, each]) => {
        const weight = each[0] / (each[0] + smoothing);
        return [key, key === ALL ? mean(each) : weight * mean(each) + (1 - weight) * mean(overall!)];
      }),
    );
  }

  private outputs(): StructField[] {
    return columnPairs(this).map(({ output }, i) => {
      const vals = [...new Set(this.encodings(i).values())].sort((a, b) => a - b).map(doubleText);
      return optionalDouble(output, attributeMetadata({ type: "nominal", name: output, vals }));
    });
  }

  override transformSchema(schema: StructType): StructType {
    for (const { input } of columnPairs(this)) checkNumeric(schema, input, this.className);
    return withFields(schema, this.className, ...this.outputs());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const names = columnPairs(this).map(({ input }) => checkNumeric(schema, input, this.className).name);
    return appendColumns(df, encode, {
      inputs: names,
      outputs: this.outputs(),
      spec: {
        names,
        keep: this.getHandleInvalid() === "keep",
        encodings: names.map((_, i) => [...this.encodings(i)]),
      },
    });
  }

  override toString(): string {
    return this.described({
      handleInvalid: this.getHandleInvalid(),
      targetType: this.getTargetType(),
      numInputCols: this.stats.length,
      numOutputCols: this.stats.length,
      smoothing: doubleText(this.getSmoothing()),
    });
  }
}

interface EncodeSpec {
  readonly names: readonly string[];
  readonly keep: boolean;
  readonly encodings: readonly (readonly (readonly [number, number])[])[];
}

const encode = columnsProgram<EncodeSpec>({
  name: "mllib.targetEncoder",
  open({ names, keep, encodings }, types: readonly DataType[]) {
    const known = encodings.map((pairs) => new Map(pairs));
    return (columns, rows) =>
      columns.map((input, i) => {
        const { values, valid } = doublesOf(input, types[i]!);
        const of = known[i]!;
        const out = new Float64Array(rows);
        for (let row = 0; row < rows; row++) {
          const missing = valid !== null && valid[row] === 0;
          const found = of.get(missing ? NULL : values[row]!) ?? (keep ? of.get(ALL) : undefined);
          if (found === undefined)
            throw new DataError("UNSEEN_CATEGORY", `TargetEncoder: column ${names[i]} holds ${missing ? "null" : values[row]}, which was not seen when it was fitted. Set handleInvalid to "keep".`); // prettier-ignore
          out[row] = found;
        }
        return doubleColumn(out);
      });
  },
});

savedByParams(TargetEncoder);
persistent(TargetEncoderModel, {
  sparkClass: "org.apache.spark.ml.feature.TargetEncoderModel",
  save: (model, directory) =>
    directory.writeTable(
      "data",
      tableOf({ index: column.int, categories: column.doubles, counts: column.doubles, stats: column.doubles }),
      model.stats.map((statistics, i) => {
        const sorted = [...statistics].sort((a, b) => a[0] - b[0]);
        return [i, sorted.map(([key]) => key), sorted.map(([, [rows]]) => rows), sorted.map(([, [, statistic]]) => statistic)];
      }),
    ),
  async load(_, directory) {
    const rows = await directory.readTable("data", ["index", "categories", "counts", "stats"]);
    const stats: TargetStatistics[] = [];
    for (const row of rows) {
      const [categories, counts, values] = ["categories", "counts", "stats"].map((name) => row.get(name) as readonly number[]);
      stats[row.get("index") as number] = new Map(categories!.map((key, i) => [key, [counts![i]!, values![i]!] as const]));
    }
    return new TargetEncoderModel(stats);
  },
});
