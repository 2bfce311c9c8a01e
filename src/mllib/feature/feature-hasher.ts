/** Columns of any types as one sparse vector, in the places that hashes of names and values say. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { Vector as Column } from "../../columnar/vector";
import { boxedReader } from "../../columnar/batch";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { doubleText, floatText } from "../../dataframe/types/java-floats";
import { vectorOfSize } from "../base/attributes";
import { checkColumn, isNumeric, vectorField, withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doublesOf, VectorColumnBuilder } from "../compute/columns";
import { textsOf } from "../compute/texts";
import { gtEq, intParam, stringsParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCols, outputCol } from "../param/shared";
import { appendCounts } from "./support/counted";
import { placeOf } from "./support/murmur3";
import { savedByParams } from "./support/saved";
import { columnCounts } from "./support/described";

/**
 * A number adds itself in the place of its column's name; a string, a boolean, or a number of `categoricalCols` adds 1 in the place of
 * "column=value". Null adds nothing.
 */
export class FeatureHasher extends withParams(Transformer, {
  ...inputCols,
  ...outputCol,
  numFeatures: intParam("entries of the vectors", 1 << 18, gtEq(1)),
  categoricalCols: stringsParam("numeric columns that are categories"),
}) {
  private output(): StructField {
    return vectorField(this.getOutputCol(), vectorOfSize(this.getNumFeatures()));
  }

  private checked(schema: StructType): readonly StructField[] {
    return this.getInputCols().map((name) =>
      checkColumn(
        schema,
        name,
        this.className,
        "numeric, boolean or string",
        (type) => isNumeric(type) || type.kind === "boolean" || type.kind === "string",
      ),
    );
  }

  override transformSchema(schema: StructType): StructType {
    this.checked(schema);
    return withFields(schema, this.className, this.output());
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const categorical = this.isSet("categoricalCols") ? this.getCategoricalCols() : [];
    const names = this.checked(schema).map(({ name }) => name);
    return appendColumns(df, hash, {
      inputs: names,
      outputs: [this.output()],
      spec: { names, categorical: names.map((name) => categorical.includes(name)), size: this.getNumFeatures() },
    });
  }

  override toString(): string {
    return this.described({ numFeatures: this.getNumFeatures(), ...columnCounts(this) });
  }
}

savedByParams(FeatureHasher);

interface Spec {
  readonly names: readonly string[];
  readonly categorical: readonly boolean[];
  readonly size: number;
}

/** Adds what a row of a column has to the counts of places. */
type Adder = (row: number, counts: Map<number, number>) => void;

const add = (counts: Map<number, number>, place: number, value: number): unknown =>
  counts.set(place, (counts.get(place) ?? 0) + value);

function adderOf(column: Column, type: DataType, name: string, categorical: boolean, size: number): Adder {
  if (type.kind === "string") {
    const { codes, entries } = textsOf(column);
    const places = entries.map((value) => placeOf(`${name}=${value}`, size));
    return (row, counts) => {
      if (codes[row]! >= 0) add(counts, places[codes[row]!]!, 1);
    };
  }
  if (type.kind === "boolean" || categorical) {
    const read = boxedReader(column, type);
    const text = textOf(type);
    const places = new Map<string, number>();
    return (row, counts) => {
      const value = read(row);
      if (value === null) return;
      const key = text(value as number);
      let place = places.get(key);
      if (place === undefined) places.set(key, (place = placeOf(`${name}=${key}`, size)));
      add(counts, place, 1);
    };
  }
  const { values, valid } = doublesOf(column, type);
  const place = placeOf(name, size);
  return (row, counts) => {
    if (valid === null || valid[row] === 1) add(counts, place, values[row]!);
  };
}

/** As Java writes values. */
function textOf(type: DataType): (value: number) => string {
  if (type.kind === "double") return doubleText;
  if (type.kind === "float") return floatText;
  if (type.kind === "decimal") return (value) => (value / 10 ** type.scale).toFixed(type.scale);
  return String;
}

const hash = columnsProgram<Spec>({
  name: "mllib.featureHasher",
  open:
    ({ names, categorical, size }, types: readonly DataType[]) =>
    (columns, rows) => {
      const adders = columns.map((column, i) => adderOf(column, types[i]!, names[i]!, categorical[i]!, size));
      const out = new VectorColumnBuilder();
      for (let row = 0; row < rows; row++) {
        const counts = new Map<number, number>();
        for (const adder of adders) adder(row, counts);
        appendCounts(out, size, counts);
      }
      return [out.finish()];
    },
});
