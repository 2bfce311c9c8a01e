/** Categories as their places in a sorted list. */
import type { DataType, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator, Model } from "../base/estimator";
import { checkColumn, doubleField, isNumeric, requiredField, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { doubleColumn, doublesOf } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { textsOf } from "../compute/texts";
import { anyDoubleParam, choiceParam, objectParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols } from "../param/shared";
import { persistent } from "../persistence/registry";
import { columnPairs } from "./support/columns";
import { own, savedByParams } from "./support/saved";

/** Of a column of strings, or of one of numbers. */
type Categories = readonly string[] | readonly number[];

const isCategories = (value: unknown): value is readonly Categories[] =>
  Array.isArray(value) &&
  value.every((each) => Array.isArray(each) && (each.every((one) => typeof one === "string") || each.every((one) => typeof one === "number"))); // prettier-ignore

const params = {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  categories: objectParam(
    "the categories of each column, in order; sorted out of the rows where not set",
    "an array with an array of strings or of numbers for each column",
    isCategories,
  ),
  handleUnknown: choiceParam(
    'what to do with categories that were not seen: "error", or "use_encoded_value": unknownValue',
    ["error", "use_encoded_value"],
    "error",
  ),
  unknownValue: anyDoubleParam("the number of categories that were not seen; no place of a category"),
  encodedMissingValue: anyDoubleParam("the number of null and NaN", NaN),
} as const;

const isText = (type: DataType): boolean => type.kind === "string";

/**
 * Columns of strings or numbers as 0, 1, … in the order of the sorted categories: scikit-learn's OrdinalEncoder. Unlike StringIndexer, it
 * does not order by frequency, and learners take the results as numbers, not as categories.
 */
export class OrdinalEncoder extends withParams(Estimator<OrdinalEncoderModel>, params) {
  override transformSchema(schema: StructType): StructType {
    if (this.getHandleUnknown() === "use_encoded_value" && !this.isDefined("unknownValue"))
      throw new UsageError("PARAMETER_NOT_SET", `${this.className}: handleUnknown "use_encoded_value" needs unknownValue.`);
    const pairs = columnPairs(this);
    const given = this.valueFor<readonly Categories[]>("categories");
    if (given !== undefined && given.length !== pairs.length)
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: categories must have one array for each of the ${pairs.length} columns.`); // prettier-ignore
    for (const { input } of pairs)
      checkColumn(schema, input, this.className, "string or numeric", (type) => isText(type) || isNumeric(type));
    return withFields(schema, this.className, ...pairs.map(({ output }) => doubleField(output)));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<OrdinalEncoderModel> {
    const given = this.valueFor<readonly Categories[]>("categories");
    const categories = given ?? (await this.learned(df, schema));
    const unknown = this.valueFor<number>("unknownValue");
    const taken = categories.find((each) => unknown !== undefined && Number.isInteger(unknown) && unknown >= 0 && unknown < each.length); // prettier-ignore
    if (taken !== undefined)
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: unknownValue ${unknown} is the place of category ${taken[unknown!]}.`); // prettier-ignore
    return new OrdinalEncoderModel(categories).of(this);
  }

  private async learned(df: DataFrame, schema: StructType): Promise<readonly Categories[]> {
    const names = columnPairs(this).map(({ input }) => requiredField(schema, input, this.className).name);
    const { data, types } = batchInput(df, schema, names, this.className);
    const found = await data.aggregate(distinct, { types });
    if (found === null || found.every((each) => each.length === 0))
      throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty, or holds null alone; there are no categories to learn.`); // prettier-ignore
    return found.map((each, j) =>
      isText(types[j]!)
        ? (each as string[]).sort((a, b) => (a < b ? -1 : Number(a > b)))
        : (each as number[]).sort((a, b) => a - b),
    );
  }
}

const distinct = aggregateProgram<{ readonly types: readonly DataType[] }, ColumnBatch, (string[] | number[])[]>({
  name: "mllib.ordinalEncoder.distinct",
  run(batches, { types }) {
    const all = types.map(() => new Set<string | number>());
    for (const { columns, length } of batches)
      for (const [j, type] of types.entries())
        if (isText(type)) {
          const { codes, entries } = textsOf(columns[j]!);
          for (const code of codes) if (code >= 0) all[j]!.add(entries[code]!);
        } else {
          const { values, valid } = doublesOf(columns[j]!, type);
          for (let row = 0; row < length; row++)
            if ((valid === null || valid[row] === 1) && !Number.isNaN(values[row])) all[j]!.add(values[row]! + 0);
        }
    return all.map((each) => [...each] as string[] | number[]);
  },
  merge: (a, b) => a.map((each, j) => [...new Set<string | number>([...each, ...b[j]!])] as string[] | number[]),
});

export class OrdinalEncoderModel extends withParams(Model, params) {
  constructor(
    /** Of each column, in the order of their numbers. */
    readonly categoriesArray: readonly Categories[],
  ) {
    super();
  }

  of(parent: OrdinalEncoder): this {
    return this.adopted(parent);
  }

  override transformSchema(schema: StructType): StructType {
    const pairs = columnPairs(this);
    for (const [i, { input }] of pairs.entries()) {
      const text = typeof this.categoriesArray[i]?.[0] === "string";
      checkColumn(schema, input, this.className, text ? "string" : "numeric", (type) => (text ? isText(type) : isNumeric(type)));
    }
    return withFields(schema, this.className, ...pairs.map(({ output }) => doubleField(output)));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const pairs = columnPairs(this);
    const names = pairs.map(({ input }) => requiredField(schema, input, this.className).name);
    return appendColumns(df, encode, {
      inputs: names,
      outputs: pairs.map(({ output }) => doubleField(output)),
      spec: {
        names,
        categories: this.categoriesArray,
        unknown: this.getHandleUnknown() === "error" ? null : this.getUnknownValue(),
        missing: this.getEncodedMissingValue(),
      },
    });
  }
}

interface EncodeSpec {
  readonly names: readonly string[];
  readonly categories: readonly Categories[];
  /** Null where they are errors. */
  readonly unknown: number | null;
  readonly missing: number;
}

const encode = columnsProgram<EncodeSpec>({
  name: "mllib.ordinalEncoder",
  open({ names, categories, unknown, missing }, types) {
    const places = categories.map((each) => new Map<string | number, number>(each.map((one, i) => [one, i])));
    const placeOf = (j: number, category: string | number): number => {
      const place = places[j]!.get(category) ?? unknown;
      if (place === null)
        throw new DataError(
          "UNSEEN_CATEGORY",
          `OrdinalEncoder: column ${names[j]} holds ${JSON.stringify(category)}, which is none of its ${places[j]!.size} categories. Set handleUnknown to "use_encoded_value" and unknownValue.`,
        );
      return place;
    };
    return (columns, rows) =>
      columns.map((column, j) => {
        const out = new Float64Array(rows);
        if (isText(types[j]!)) {
          const { codes, entries } = textsOf(column);
          const found = new Map<number, number>();
          for (let row = 0; row < rows; row++) {
            const code = codes[row]!;
            if (code >= 0 && !found.has(code)) found.set(code, placeOf(j, entries[code]!));
            out[row] = code < 0 ? missing : found.get(code)!;
          }
        } else {
          const { values, valid } = doublesOf(column, types[j]!);
          for (let row = 0; row < rows; row++)
            out[row] = valid?.[row] === 0 || Number.isNaN(values[row]) ? missing : placeOf(j, values[row]! + 0);
        }
        return doubleColumn(out);
      });
  },
});

savedByParams(OrdinalEncoder, own("OrdinalEncoder"));
persistent(OrdinalEncoderModel, {
  sparkClass: own("OrdinalEncoderModel"),
  metadata: ({ categoriesArray }) => ({ categoriesArray }),
  load: ({ categoriesArray }, directory) => {
    if (!isCategories(categoriesArray)) throw directory.damaged("metadata do not tell the categories");
    return new OrdinalEncoderModel(categoriesArray);
  },
});
