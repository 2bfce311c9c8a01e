/** Strings as numbers: 0 for the first label, 1 for the next, … */
import type { StructField, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { attributeMetadata } from "../base/attributes";
import { Estimator, Model } from "../base/estimator";
import { checkColumn, doubleField, findField, isNumeric, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { doubleColumn } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { textsOf } from "../compute/texts";
import { choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols } from "../param/shared";
import { type ColumnPair, columnPairs, optionalDouble, quoted, withoutNulls } from "./support/columns";
import { column, savedAs, savedByParams } from "./support/saved";
import { columnCounts } from "./support/described";

const params = {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  handleInvalid: choiceParam(
    'what to do with null and labels that were not seen: "error", "skip" the row, or "keep": a number of their own, the last',
    ["error", "skip", "keep"],
    "error",
  ),
  stringOrderType: choiceParam(
    "order of the labels; equally frequent ones are in alphabetical order",
    ["frequencyDesc", "frequencyAsc", "alphabetDesc", "alphabetAsc"],
    "frequencyDesc",
  ),
} as const;

function checked(schema: StructType, stage: StringIndexer | StringIndexerModel, pairs: readonly ColumnPair[]): void {
  for (const { input } of pairs)
    checkColumn(schema, input, stage.className, "string or numeric", (type) => type.kind === "string" || isNumeric(type));
}

/** The columns as strings, NaN as null. Numbers are written as SQL writes them. */
function asStrings(df: DataFrame, schema: StructType, pairs: readonly ColumnPair[], names: readonly string[]): DataFrame {
  const columns = pairs.map(({ input }, i) => {
    const name = quoted(input);
    const kind = findField(schema, input)?.type.kind;
    const value = kind === "double" || kind === "float" ? `nanvl(${name}, NULL)` : name;
    return kind === "string" ? `${name} AS ${names[i]}` : `CAST(${value} AS STRING) AS ${names[i]}`;
  });
  return df.selectExpr("*", ...columns);
}

/** Numeric columns are read as strings. Null is not counted. */
export class StringIndexer extends withParams(Estimator<StringIndexerModel>, params) {
  override transformSchema(schema: StructType): StructType {
    const pairs = columnPairs(this);
    checked(schema, this, pairs);
    return withFields(schema, this.className, ...pairs.map(({ output }) => optionalDouble(output, nominal(undefined))));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<StringIndexerModel> {
    const pairs = columnPairs(this);
    const names = pairs.map((_, i) => `__label_${i}`);
    const strings = asStrings(df, schema, pairs, names).select(...names);
    const { data } = batchInput(strings, await strings.schema(), names, this.className);
    const counts = (await data.aggregate(count, { columns: pairs.length })) ?? pairs.map(() => []);
    return new StringIndexerModel(counts.map((each) => ordered(each, this.getStringOrderType()))).of(this);
  }
}

type Counts = readonly (readonly [label: string, count: number])[];

const count = aggregateProgram<{ readonly columns: number }, ColumnBatch, Counts[]>({
  name: "mllib.stringIndexer.count",
  run(batches, { columns }) {
    const all = Array.from({ length: columns }, () => new Map<string, number>());
    for (const batch of batches)
      for (const [j, counts] of all.entries()) {
        const { codes, entries } = textsOf(batch.columns[j]!);
        const times = new Float64Array(entries.length);
        for (const code of codes) if (code >= 0) times[code]!++;
        entries.forEach((label, i) => {
          if (times[i]! > 0) counts.set(label, (counts.get(label) ?? 0) + times[i]!);
        });
      }
    return all.map((counts) => [...counts]);
  },
  merge: (a, b) =>
    a.map((counts, j) => {
      const sums = new Map(counts);
      for (const [label, times] of b[j]!) sums.set(label, (sums.get(label) ?? 0) + times);
      return [...sums];
    }),
});

/** As the bytes of UTF-8 are ordered. */
function byText(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b)); // prettier-ignore
}

function ordered(counts: Counts, order: "frequencyDesc" | "frequencyAsc" | "alphabetDesc" | "alphabetAsc"): string[] {
  const sorted = [...counts].sort((a, b) => {
    const text = byText(a[0], b[0]);
    switch (order) {
      case "frequencyDesc":
        return b[1] - a[1] || text;
      case "frequencyAsc":
        return a[1] - b[1] || text;
      case "alphabetDesc":
        return -text;
      case "alphabetAsc":
        return text;
    }
  });
  return sorted.map(([label]) => label);
}

const nominal = (vals: readonly string[] | undefined): StructField["metadata"] =>
  attributeMetadata({ type: "nominal", ...(vals === undefined ? {} : { vals }) });

export class StringIndexerModel extends withParams(Model, params) {
  constructor(
    /** The labels of each column, in the order of their numbers. */
    readonly labelsArray: readonly (readonly string[])[],
  ) {
    super();
  }

  /** A model of one column, or of several, with these labels. */
  static fromLabels(
    labels: readonly string[],
    columns: { readonly inputCol: string; readonly outputCol: string; readonly handleInvalid?: "error" | "skip" | "keep" },
  ): StringIndexerModel {
    return new StringIndexerModel([labels]).setAll(columns);
  }

  /** A model of several columns: labels of each, in the order of the columns. */
  static fromArraysOfLabels(
    labelsArray: readonly (readonly string[])[],
    columns: {
      readonly inputCols: readonly string[];
      readonly outputCols?: readonly string[];
      readonly handleInvalid?: "error" | "skip" | "keep";
    },
  ): StringIndexerModel {
    const { length } = columns.inputCols;
    if (labelsArray.length !== length)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `fromArraysOfLabels: ${length} columns have ${labelsArray.length} arrays of labels.`,
      );
    return new StringIndexerModel(labelsArray).setAll(columns);
  }

  of(parent: StringIndexer): this {
    return this.adopted(parent);
  }

  /** The labels of the one column. Throws where there are several. */
  get labels(): readonly string[] {
    if (this.labelsArray.length !== 1)
      throw new UsageError(
        "SEVERAL_COLUMNS",
        `${this.className}: it has labels of ${this.labelsArray.length} columns; use labelsArray.`,
      );
    return this.labelsArray[0]!;
  }

  /** The columns that are there: at prediction the label may be missing, and then nothing is to be indexed. */
  private present(schema: StructType): readonly (ColumnPair & { readonly labels: readonly string[] })[] {
    return columnPairs(this)
      .map((pair, i) => ({ ...pair, labels: this.labelsArray[i]! }))
      .filter(({ input }) => findField(schema, input) !== undefined);
  }

  private outputs(schema: StructType): StructField[] {
    const invalid = this.getHandleInvalid();
    // Rows to skip have null until they are left out.
    const double = invalid === "skip" ? optionalDouble : doubleField;
    return this.present(schema).map(({ output, labels }) =>
      double(
        output,
        attributeMetadata({ type: "nominal", name: output, vals: invalid === "keep" ? [...labels, "__unknown"] : labels }),
      ),
    );
  }

  override transformSchema(schema: StructType): StructType {
    checked(schema, this, this.present(schema));
    return withFields(schema, this.className, ...this.outputs(schema));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const pairs = this.present(schema);
    if (pairs.length === 0) return df;
    const invalid = this.getHandleInvalid();
    const cast = pairs.filter(({ input }) => findField(schema, input)!.type.kind !== "string");
    const names = cast.map((_, i) => `__label_${i}`);
    const strings = cast.length === 0 ? df : asStrings(df, schema, cast, names);
    const inputs = pairs.map((pair) => (cast.includes(pair) ? names[cast.indexOf(pair)]! : findField(schema, pair.input)!.name));
    const result = appendColumns(strings, index, {
      inputs,
      outputs: this.outputs(schema),
      spec: { names: pairs.map(({ input }) => input), labels: pairs.map(({ labels }) => labels), invalid },
    });
    const indexed = names.length === 0 ? result : result.drop(...names);
    return invalid === "skip" ? withoutNulls(indexed, pairs.map(({ output }) => output)) : indexed; // prettier-ignore
  }

  override toString(): string {
    return this.described({
      handleInvalid: this.getHandleInvalid(),
      stringOrderType: this.isSet("stringOrderType") ? this.getStringOrderType() : undefined,
      ...columnCounts(this),
    });
  }
}

interface Spec {
  readonly names: readonly string[];
  readonly labels: readonly (readonly string[])[];
  readonly invalid: "error" | "skip" | "keep";
}

const index = columnsProgram<Spec>({
  name: "mllib.stringIndexer",
  open({ names, labels, invalid }) {
    const places = labels.map((each) => new Map(each.map((label, i) => [label, i])));
    return (columns, rows) =>
      columns.map((input, j) => {
        const { codes, entries } = textsOf(input);
        const known = places[j]!;
        const unknown = invalid === "keep" ? known.size : -1;
        const found = Float64Array.from(entries, (label) => known.get(label) ?? unknown);
        const out = new Float64Array(rows);
        let valid: Uint8Array | null = null;
        for (let row = 0; row < rows; row++) {
          const code = codes[row]!;
          const place = code < 0 ? unknown : found[code]!;
          if (place >= 0) out[row] = place;
          else if (invalid === "skip") (valid ??= new Uint8Array(rows).fill(1))[row] = 0;
          else throw unseen(names[j]!, code < 0 ? null : entries[code]!);
        }
        return doubleColumn(out, valid);
      });
  },
});

function unseen(name: string, label: string | null): DataError {
  return label === null
    ? new DataError("NULL_VALUE", `StringIndexer: column ${name} holds null. Set handleInvalid to "keep" or "skip".`)
    : new DataError("UNSEEN_LABEL", `StringIndexer: unseen label ${JSON.stringify(label)} in column ${name}. To take labels that were not seen when it was fitted, set handleInvalid to "keep" or "skip".`); // prettier-ignore
}

savedByParams(StringIndexer);
savedAs(
  StringIndexerModel,
  "StringIndexerModel",
  { labelsArray: column.stringLists },
  (model) => [model.labelsArray],
  (labels: readonly (readonly string[])[]) => new StringIndexerModel(labels),
);
