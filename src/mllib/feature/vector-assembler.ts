/** Several columns as one vector. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { Vector as Column } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type Attribute, attributeOf, attributesOf, vectorMetadata, vectorOfSize, vectorSizeOf } from "../base/attributes";
import { checkColumn, isNumeric, isVector, requiredField, vectorField, withFields } from "../base/schema";
import { Transformer } from "../base/transformer";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { denseVectorColumn, type Doubles, doublesOf, VectorColumn, VectorColumnBuilder } from "../compute/columns";
import { sparseIsSmaller, type Vector } from "../linalg/vectors";
import { choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCols, outputCol } from "../param/shared";
import { quoted, withoutNulls } from "./support/columns";
import { savedByParams } from "./support/saved";
import { appendCompressed } from "./support/vector-map";
import { columnCounts } from "./support/described";

/**
 * Numbers and booleans take one entry, vectors as many as they have; metadata say what each entry is. The result is sparse where that
 * is smaller.
 */
export class VectorAssembler extends withParams(Transformer, {
  ...inputCols,
  ...outputCol,
  handleInvalid: choiceParam(
    'what to do with null and NaN: "error", "skip" the row, or "keep" them as NaN; the metadata must then say how many entries vectors have',
    ["error", "skip", "keep"],
    "error",
  ),
}) {
  private fields(schema: StructType): readonly StructField[] {
    return this.getInputCols().map((name) => requiredField(schema, name, this.className));
  }

  private output(fields: readonly StructField[]): StructField {
    const attributes: Attribute[] = [];
    for (const field of fields) {
      const { name, type } = field;
      if (!isVector(type)) {
        attributes.push({ ...attributeOf(field), name });
        continue;
      }
      const size = vectorSizeOf(field);
      if (size === undefined) return vectorField(this.getOutputCol());
      const known = attributesOf(field);
      for (let i = 0; i < size; i++) {
        const attribute = known?.[i] ?? { type: "numeric" };
        attributes.push({ ...attribute, name: `${name}_${attribute.name ?? i}` });
      }
    }
    return vectorField(this.getOutputCol(), vectorMetadata(attributes));
  }

  override transformSchema(schema: StructType): StructType {
    for (const name of this.getInputCols())
      checkColumn(
        schema,
        name,
        this.className,
        "numeric, boolean or a vector",
        (type) => isNumeric(type) || type.kind === "boolean" || isVector(type),
      );
    return withFields(schema, this.className, this.output(this.fields(schema)));
  }

  protected override async transformed(df: DataFrame, schema: StructType): Promise<DataFrame> {
    const fields = await this.sized(df, this.fields(schema));
    const names = fields.map(({ name }) => name);
    const invalid = this.getHandleInvalid();
    const sizes = fields.map((field) => (isVector(field.type) ? (vectorSizeOf(field) ?? null) : 1));
    const result = appendColumns(df, assemble, {
      inputs: names,
      outputs: [this.output(fields)],
      spec: { names, sizes, invalid },
    });
    return invalid === "skip" ? withoutNulls(result, [this.getOutputCol()]) : result;
  }

  /**
   * The fields, those of vectors with their size. Where metadata do not say it, and others are categories (which the result could not
   * say without all sizes), a row is read to learn it, as Spark does.
   */
  private async sized(df: DataFrame, fields: readonly StructField[]): Promise<readonly StructField[]> {
    const unknown = fields.filter((field) => isVector(field.type) && vectorSizeOf(field) === undefined);
    if (unknown.length === 0 || this.getHandleInvalid() === "keep" || !fields.some(hasCategories)) return fields;
    const names = unknown.map(({ name }) => name);
    const [row] = await withoutNulls(df.select(...names.map(quoted)), names)
      .limit(1)
      .collect();
    if (row === undefined) return fields;
    return fields.map((field) => {
      const at = unknown.indexOf(field);
      return at < 0 ? field : { ...field, metadata: { ...field.metadata, ...vectorOfSize((row.get(at) as Vector).size) } };
    });
  }

  override toString(): string {
    return this.described({ handleInvalid: this.getHandleInvalid(), ...columnCounts(this) });
  }
}

function hasCategories(field: StructField): boolean {
  const attributes = isVector(field.type) ? attributesOf(field) : [attributeOf(field)];
  return attributes?.some(({ type }) => type !== "numeric") === true;
}

savedByParams(VectorAssembler);

interface Spec {
  readonly names: readonly string[];
  /** Entries of each input, null of vectors of which it is not known. */
  readonly sizes: readonly (number | null)[];
  readonly invalid: "error" | "skip" | "keep";
}

const assemble = columnsProgram<Spec>({
  name: "mllib.vectorAssembler",
  open: (spec, types: readonly DataType[]) => (columns, rows) => [
    new Assembly(
      spec,
      columns.map((column, i) => (isVector(types[i]!) ? new VectorColumn(column) : doublesOf(column, types[i]!))),
      rows,
    ).column(),
  ],
});

/** Wider vectors are put together from stored entries alone. */
const WIDE = 256;

class Assembly {
  constructor(
    private readonly spec: Spec,
    private readonly parts: readonly (VectorColumn | Doubles)[],
    private readonly rows: number,
  ) {}

  column(): Column {
    const { rows, parts } = this;
    const sizes = parts.map((part, i) => this.sizeOf(part, i));
    const fixed = sizes.every((size): size is number => size !== null);
    if (!fixed) return this.byRow();
    const width = sizes.reduce((sum, size) => sum + size, 0);
    if (width > WIDE && parts.some((part) => part instanceof VectorColumn)) return this.byRow();
    const values = new Float64Array(rows * width);
    const valid = new Uint8Array(rows).fill(1);
    let offset = 0;
    parts.forEach((part, i) => {
      this.put(part, i, sizes[i]!, values, width, offset, valid);
      offset += sizes[i]!;
    });
    const skipped = valid.includes(0);
    if (denseIsSmaller(values, rows, width)) return denseVectorColumn(values, rows, width, skipped ? valid : null);
    const out = new VectorColumnBuilder();
    for (let row = 0; row < rows; row++)
      if (valid[row] === 0) out.appendNull();
      else appendCompressed(out, values.subarray(row * width, (row + 1) * width));
    return out.finish();
  }

  /** Entries of a part's values, where all have as many. */
  private sizeOf(part: VectorColumn | Doubles, i: number): number | null {
    if (!(part instanceof VectorColumn)) return 1;
    let size = this.spec.sizes[i] ?? null;
    for (let row = 0; row < this.rows; row++) {
      if (part.isNull(row)) continue;
      const got = part.size(row);
      if (this.spec.sizes[i] !== null && got !== size)
        throw new DataError(
          "VECTOR_SIZES_DIFFER",
          `VectorAssembler: column ${this.spec.names[i]} should hold vectors of ${size} entries, but holds one of ${got}.`,
        );
      size ??= got;
      if (got !== size) return null;
    }
    if (size === null && this.spec.invalid === "keep" && this.rows > 0) throw this.unknownSize(i);
    return size ?? 0;
  }

  private unknownSize(i: number): DataError {
    return new DataError(
      "UNKNOWN_VECTOR_SIZE",
      `VectorAssembler: with handleInvalid "keep", the metadata of column ${this.spec.names[i]} must say how many entries its vectors have. Use VectorSizeHint.`,
    );
  }

  /** What to do with a missing value: true where its row is left out, false where it is kept. Throws where it is refused. */
  private leaveOut(i: number): boolean {
    if (this.spec.invalid === "error")
      throw new DataError(
        "NULL_VALUE",
        `VectorAssembler: column ${this.spec.names[i]} holds null or NaN. Set handleInvalid to "keep" or "skip".`,
      );
    return this.spec.invalid === "skip";
  }

  private put(
    part: VectorColumn | Doubles,
    i: number,
    size: number,
    values: Float64Array,
    width: number,
    offset: number,
    valid: Uint8Array,
  ): void {
    const { rows } = this;
    if (part instanceof VectorColumn) {
      for (let row = 0; row < rows; row++) {
        const at = row * width + offset;
        if (!part.isNull(row)) {
          part.copyDense(row, values, at);
          continue;
        }
        if (this.leaveOut(i)) valid[row] = 0;
        else if (this.spec.sizes[i] === null) throw this.unknownSize(i);
        else values.fill(NaN, at, at + size);
      }
      return;
    }
    for (let row = 0, at = offset; row < rows; row++, at += width) {
      const value = part.values[row]!;
      const missing = part.valid !== null && part.valid[row] === 0;
      if ((missing || Number.isNaN(value)) && this.leaveOut(i)) valid[row] = 0;
      values[at] = missing ? NaN : value;
    }
  }

  /** Of vectors that differ in size, or are mostly sparse: by the entries that are stored. */
  private byRow(): Column {
    const out = new VectorColumnBuilder();
    const indices: number[] = [];
    const values: number[] = [];
    for (let row = 0; row < this.rows; row++) {
      indices.length = values.length = 0;
      let skipped = false;
      let offset = 0;
      const put = (index: number, value: number): void => {
        if (value === 0) return;
        indices.push(index);
        values.push(value);
      };
      this.parts.forEach((part, i) => {
        if (!(part instanceof VectorColumn)) {
          const missing = part.valid !== null && part.valid[row] === 0;
          const value = missing ? NaN : part.values[row]!;
          if (Number.isNaN(value)) skipped = this.leaveOut(i) || skipped;
          put(offset++, value);
        } else if (part.isNull(row)) {
          skipped = this.leaveOut(i) || skipped;
          const size = this.spec.sizes[i]!;
          if (!skipped && size === null) throw this.unknownSize(i);
          for (let j = 0; j < size; j++) put(offset++, NaN);
        } else {
          const entries = part.values(row);
          const places = part.isDense(row) ? null : part.indices(row);
          for (let j = 0; j < entries.length; j++) put(offset + (places === null ? j : places[j]!), entries[j]!);
          offset += part.size(row);
        }
      });
      if (skipped) out.appendNull();
      else if (sparseIsSmaller(values.length, offset)) out.appendSparse(offset, indices, values);
      else {
        const all = new Float64Array(offset);
        for (let j = 0; j < indices.length; j++) all[indices[j]!] = values[j]!;
        out.appendDense(all);
      }
    }
    return out.finish();
  }
}

/** Whether no row is smaller as a sparse vector. */
function denseIsSmaller(values: Float64Array, rows: number, width: number): boolean {
  for (let row = 0; row < rows; row++) {
    let nonzeros = 0;
    for (let at = row * width; at < (row + 1) * width; at++) if (values[at] !== 0) nonzeros++;
    if (sparseIsSmaller(nonzeros, width)) return false;
  }
  return true;
}
