/** Products of all combinations of entries of several columns. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type Attribute, attributeOf, attributesOf, numValuesOf, vectorMetadata } from "../base/attributes";
import { checkColumn, isNumeric, isVector, vectorField, withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { doublesOf, VectorColumn, VectorColumnBuilder } from "../compute/columns";
import { withParams } from "../param/params";
import { inputCols, outputCol } from "../param/shared";
import { savedByParams } from "./support/saved";
import { appendCompressed } from "./support/vector-map";
import { columnCounts } from "./support/described";

/**
 * Numbers that metadata call categories count as vectors with a 1 in the category's place (all places, none dropped). The first
 * column varies slowest. Metadata must say what the entries of vectors are: VectorAssembler writes them.
 */
export class Interaction extends withParams(Transformer, { ...inputCols, ...outputCol }) {
  private inputFields(schema: StructType): readonly StructField[] {
    const names = this.getInputCols();
    if (names.length === 0 || new Set(names).size !== names.length)
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: inputCols must name at least one column, none twice.`);
    return names.map((name) =>
      checkColumn(
        schema,
        name,
        this.className,
        "numeric, boolean or a vector",
        (type) => isNumeric(type) || type.kind === "boolean" || isVector(type),
      ),
    );
  }

  private inputs(schema: StructType): readonly Input[] {
    return this.inputFields(schema).map((field) => {
      if (!isVector(field.type)) return inputOf(field.name, [attributeOf(field)], false);
      const attributes = attributesOf(field);
      if (attributes === undefined)
        throw new UsageError(
          "UNKNOWN_ATTRIBUTES",
          `${this.className}: the metadata of column ${field.name} do not say what the entries of its vectors are. Make it with VectorAssembler.`,
        );
      return inputOf(field.name, attributes, true);
    });
  }

  private output(inputs: readonly Input[]): StructField {
    let names = inputs[0]!.names;
    for (const input of inputs.slice(1)) names = names.flatMap((left) => input.names.map((right) => `${left}:${right}`));
    return vectorField(this.getOutputCol(), vectorMetadata(names.map((name): Attribute => ({ type: "numeric", name }))));
  }

  /** Within a pipeline, estimators that are not fitted yet cannot say what the entries of their vectors will be. */
  override transformSchema(schema: StructType): StructType {
    const known = this.inputFields(schema).every((field) => !isVector(field.type) || attributesOf(field) !== undefined);
    const output = known ? this.output(this.inputs(schema)) : vectorField(this.getOutputCol());
    return withFields(schema, this.className, output);
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const inputs = this.inputs(schema);
    const names = inputs.map(({ name }) => name);
    const spec = { names, values: inputs.map(({ values }) => values) };
    return appendColumns(df, interact, { inputs: names, outputs: [this.output(inputs)], spec });
  }

  override toString(): string {
    return this.described({ ...columnCounts(this) });
  }
}

savedByParams(Interaction);

interface Input {
  readonly name: string;
  /** Values of each entry that is a category, else null. */
  readonly values: readonly (number | null)[];
  /** Of the entries after categories have become vectors. */
  readonly names: readonly string[];
}

function inputOf(column: string, attributes: readonly Attribute[], isVector: boolean): Input {
  const values = attributes.map((attribute) => (attribute.type === "nominal" ? numValuesOf(attribute) : null));
  const names = attributes.flatMap((attribute, i) => {
    const name = isVector ? `${column}_${attribute.name ?? i}` : column;
    const count = values[i]!;
    return count === null ? [name] : Array.from({ length: count }, (_, at) => `${name}_${attribute.vals?.[at] ?? at}`);
  });
  return { name: column, values, names };
}

interface Spec {
  readonly names: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
}

/** The entries of a row of a column, categories as vectors. */
type Read = (row: number) => Float64Array;

const interact = columnsProgram<Spec>({
  name: "mllib.interaction",
  open({ names, values }, types: readonly DataType[]) {
    return (columns, rows) => {
      const readers = columns.map((column, i): Read => {
        const name = names[i]!;
        const missing = (): never => {
          throw new DataError("NULL_VALUE", `Interaction: column ${name} holds null.`);
        };
        if (!isVector(types[i]!)) {
          const doubles = doublesOf(column, types[i]!);
          return (row) => {
            if (doubles.valid !== null && doubles.valid[row] === 0) missing();
            return encoded([doubles.values[row]!], values[i]!, name);
          };
        }
        const vectors = new VectorColumn(column);
        return (row) => encoded(vectors.get(row)?.toArray() ?? missing(), values[i]!, name);
      });
      const out = new VectorColumnBuilder();
      for (let row = 0; row < rows; row++) {
        let products = readers[0]!(row);
        for (const read of readers.slice(1)) {
          const right = read(row);
          const next = new Float64Array(products.length * right.length);
          for (let i = 0, at = 0; i < products.length; i++) for (const value of right) next[at++] = products[i]! * value;
          products = next;
        }
        appendCompressed(out, products);
      }
      return [out.finish()];
    };
  },
});

function encoded(entries: ArrayLike<number>, values: readonly (number | null)[], name: string): Float64Array {
  const out: number[] = [];
  for (let i = 0; i < entries.length; i++) {
    const count = values[i]!;
    const value = entries[i]!;
    if (count === null) {
      out.push(value);
      continue;
    }
    if (!(Number.isInteger(value) && value >= 0 && value < count))
      throw new DataError(
        "UNSEEN_CATEGORY",
        `Interaction: column ${name} holds ${value}, which is none of its ${count} categories.`,
      );
    for (let at = 0; at < count; at++) out.push(at === value ? 1 : 0);
  }
  return Float64Array.from(out);
}
