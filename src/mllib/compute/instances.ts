/** Rows to learn from as blocks of numbers: features, label, weight, and other columns. */
import type { DataType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { concatArrays, concatEnds } from "./arrays";
import { type Doubles, doublesOf, VectorColumn } from "./columns";
import { rowsProgram } from "./programs";
import { batchesOf, type TaskData } from "./task-data";
import { requiredField } from "../base/schema";

export interface SparseRows {
  /** Entries of row i are those from starts[i] to before starts[i + 1]. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

export interface InstanceBlock {
  readonly rows: number;
  /** Features of a row. */
  readonly width: number;
  /** rows × width, row after row; null where the rows are sparse, or `short`. */
  readonly dense: Float64Array | null;
  /** Of `passing` blocks, in place of `dense`: whole numbers that executors keep in 16 bits. Memory of the block's own. */
  readonly short?: Int16Array | null;
  readonly sparse: SparseRows | null;
  readonly label: Float64Array | null;
  /** Null where every row weighs 1. */
  readonly weight: Float64Array | null;
  /** The other columns that were asked for, in their order; NaN where there is no value. */
  readonly extra: readonly Float64Array[];
}

export interface InstanceColumns {
  readonly featuresCol: string;
  readonly labelCol?: string | undefined;
  readonly weightCol?: string | undefined;
  /** Numeric columns. */
  readonly extra?: readonly string[];
  /** NaN and infinite features are taken. */
  readonly nonFinite?: boolean;
  /** Programs look at one block after the other and keep none: the memory of a block's features may be that of the next one's. */
  readonly passing?: boolean;
}

interface BlockSpec {
  readonly types: readonly DataType[];
  readonly names: readonly string[];
  readonly hasLabel: boolean;
  readonly hasWeight: boolean;
  readonly nonFinite: boolean;
  readonly passing: boolean;
}

/** Bytes of features from which batches make a block; most batches are one as they are. */
const LEAST_BYTES = 1 << 18;

const toBlocks = rowsProgram<BlockSpec, ColumnBatch, InstanceBlock>({
  name: "mllib.instances",
  *run(batches, spec) {
    let waiting: InstanceBlock[] = [];
    let bytes = 0;
    const room = spec.passing ? new Room() : null;
    for (const batch of batches) {
      if (batch.length === 0) continue;
      const block = blockOf(batch, spec, room);
      const [first] = waiting;
      if (first !== undefined && first.width !== block.width) throw widthsDiffer(spec, first.width, block.width);
      if (first !== undefined && formOf(first) !== formOf(block)) {
        yield joined(waiting);
        waiting = [];
        bytes = 0;
      }
      waiting.push(block);
      bytes += (block.dense ?? block.short)?.byteLength ?? block.sparse!.values.byteLength * 2;
      if (bytes >= LEAST_BYTES) {
        yield joined(waiting);
        waiting = [];
        bytes = 0;
      }
    }
    if (waiting.length > 0) yield joined(waiting);
  },
});

const formOf = ({ dense, short }: InstanceBlock): string => (dense !== null ? "dense" : short ? "short" : "sparse");

/** Memory for the features of one block that is large enough not to wait for others. */
class Room {
  #numbers = new Float64Array(0);

  of(numbers: number): Float64Array {
    if (this.#numbers.length < numbers) this.#numbers = new Float64Array(numbers);
    return this.#numbers.subarray(0, numbers);
  }
}

function widthsDiffer({ names }: BlockSpec, a: number, b: number): DataError {
  return new DataError(
    "VECTOR_SIZES_DIFFER",
    `Column ${names[0]} holds vectors of ${a} and of ${b} entries; all must have as many.`,
  );
}

function blockOf(batch: ColumnBatch, spec: BlockSpec, room: Room | null): InstanceBlock {
  const { types, names, hasLabel, hasWeight, nonFinite } = spec;
  const rows = batch.length;
  const column = (at: number): Doubles => doublesOf(batch.columns[at]!, types[at]!);
  let at = 1;
  const label = hasLabel ? checkedLabels(column(at), names[at++]!) : null;
  const weight = hasWeight ? checkedWeights(column(at), names[at++]!) : null;
  const extra = Array.from({ length: types.length - at }, (_, i) => withNaN(column(at + i)));
  const features = featuresOf(batch, spec, nonFinite, room);
  return { rows, ...features, label, weight, extra };
}

function featuresOf(
  batch: ColumnBatch,
  spec: BlockSpec,
  nonFinite: boolean,
  room: Room | null,
): Pick<InstanceBlock, "width" | "dense" | "short" | "sparse"> {
  const rows = batch.length;
  const name = spec.names[0]!;
  const vectors = new VectorColumn(batch.columns[0]!);
  if (spec.passing) {
    const width = vectors.size(0);
    const short = vectors.short(width);
    if (short !== null) return { width, dense: null, short, sparse: null };
  }
  const together = rows === 0 ? null : rowsTogether(vectors, room);
  if (together !== null) {
    if (!nonFinite && !vectors.isFinite) checkFinite(together, name);
    return { width: vectors.size(0), dense: together, sparse: null };
  }
  let actives = 0;
  let isSparse = false;
  for (let row = 0; row < rows; row++) {
    if (vectors.isNull(row)) throw new DataError("NULL_VALUE", `Column ${name}: features MUST NOT be null.`);
    if (!vectors.isDense(row)) isSparse = true;
    actives += vectors.numActives(row);
  }
  const width = vectors.size(0);
  for (let row = 1; row < rows; row++) if (vectors.size(row) !== width) throw widthsDiffer(spec, width, vectors.size(row));
  if (!isSparse || !sparsePays(actives, rows, width)) {
    let dense = vectors.dense(width);
    if (dense === null) {
      dense = new Float64Array(rows * width);
      for (let row = 0; row < rows; row++) vectors.copyDense(row, dense, row * width);
    }
    if (!nonFinite) checkFinite(dense, name);
    return { width, dense, sparse: null };
  }
  const starts = new Int32Array(rows + 1);
  const indices = new Int32Array(actives);
  const values = new Float64Array(actives);
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const entries = vectors.values(row);
    const isDense = vectors.isDense(row);
    const places = isDense ? null : vectors.indices(row);
    for (let i = 0; i < entries.length; i++) {
      indices[end] = places === null ? i : places[i]!;
      values[end++] = entries[i]!;
    }
    starts[row + 1] = end;
  }
  if (!nonFinite) checkFinite(values, name);
  return { width, dense: null, sparse: { starts, indices, values } };
}

/** Whether rows of which so many entries are stored are sparse enough to be learned from as such. */
export const sparsePays = (stored: number, rows: number, width: number): boolean => stored * 1.5 < rows * width;

function rowsTogether(vectors: VectorColumn, room: Room | null): Float64Array | null {
  const width = vectors.size(0);
  if (room === null || 8 * vectors.length * width < LEAST_BYTES) return vectors.dense(width);
  return vectors.denseIn((numbers) => room.of(numbers), width);
}

/** Throws INVALID_FEATURES of values of which one is not finite. */
export function checkFinite(values: Float64Array, name: string): void {
  // 0 times what is not finite is no number. Four sums, so that additions need not wait for each other.
  const { length } = values;
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    a += values[i]! * 0;
    b += values[i + 1]! * 0;
    c += values[i + 2]! * 0;
    d += values[i + 3]! * 0;
  }
  for (; i < length; i++) a += values[i]! * 0;
  if (a + b + c + d === 0) return;
  const bad = values.find((value) => !Number.isFinite(value));
  throw new DataError("INVALID_FEATURES", `Column ${name}: vector values MUST NOT be NaN or Infinity, but got ${String(bad)}.`);
}

function checkedLabels({ values, valid }: Doubles, name: string): Float64Array {
  for (let i = 0; i < values.length; i++) {
    if ((valid !== null && valid[i] === 0) || Number.isNaN(values[i]))
      throw new DataError("INVALID_LABEL", `Column ${name}: labels MUST NOT be Null or NaN.`);
    if (!Number.isFinite(values[i]!)) throw new DataError("INVALID_LABEL", `Column ${name}: labels MUST NOT be Infinite.`);
  }
  return values;
}

function checkedWeights({ values, valid }: Doubles, name: string): Float64Array {
  for (let i = 0; i < values.length; i++) {
    if ((valid !== null && valid[i] === 0) || Number.isNaN(values[i]))
      throw new DataError("INVALID_WEIGHT", `Column ${name}: weights MUST NOT be Null or NaN.`);
    if (values[i]! < 0)
      throw new DataError("INVALID_WEIGHT", `Column ${name}: weights MUST NOT be Negative, but got ${values[i]}.`);
    if (values[i] === Infinity) throw new DataError("INVALID_WEIGHT", `Column ${name}: weights MUST NOT be Infinite.`);
  }
  return values;
}

function withNaN({ values, valid }: Doubles): Float64Array {
  return valid === null ? values : values.map((value, i) => (valid[i] === 0 ? NaN : value));
}

/** Blocks of the same width and form as one. */
function joined(blocks: readonly InstanceBlock[]): InstanceBlock {
  const [first] = blocks;
  if (blocks.length === 1) return first!;
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const together = (parts: readonly (Float64Array | null)[]): Float64Array | null =>
    parts[0] === null ? null : concatArrays(parts as readonly Float64Array[], Float64Array);
  return {
    rows,
    width: first!.width,
    dense: together(blocks.map((block) => block.dense)),
    ...(first!.short && {
      short: concatArrays(
        blocks.map((block) => block.short!),
        Int16Array,
      ),
    }),
    sparse: first!.sparse === null ? null : joinedSparse(rows, blocks.map((block) => block.sparse!)), // prettier-ignore
    label: together(blocks.map((block) => block.label)),
    weight: together(blocks.map((block) => block.weight)),
    extra: first!.extra.map((_, i) => together(blocks.map((block) => block.extra[i]!))!),
  };
}

/** The rows of all parts, of so many rows together, one part after the other. */
export function joinedSparse(rows: number, parts: readonly SparseRows[]): SparseRows {
  const lists = parts.map(({ values }) => values);
  const starts = new Int32Array(rows + 1);
  starts.set(concatEnds(parts.map((part) => part.starts.subarray(1)), lists), 1); // prettier-ignore
  return { starts, indices: concatArrays(parts.map(({ indices }) => indices), Int32Array), values: concatArrays(lists, Float64Array) }; // prettier-ignore
}

/** The rows of a DataFrame as blocks. The columns are those of a schema that was checked: a vector, and numbers. */
export async function instancesOf(df: DataFrame, columns: InstanceColumns): Promise<TaskData<InstanceBlock>> {
  const { featuresCol, labelCol, weightCol, extra = [], nonFinite = false, passing = false } = columns;
  const names = [
    featuresCol,
    ...(labelCol === undefined ? [] : [labelCol]),
    ...(weightCol === undefined ? [] : [weightCol]),
    ...extra,
  ];
  const schema = await df.schema();
  const types = names.map((name) => requiredField(schema, name, "fit").type);
  return batchesOf(df, names).map(toBlocks, {
    types: types.map(plainType),
    names,
    hasLabel: labelCol !== undefined,
    hasWeight: weightCol !== undefined,
    nonFinite,
    passing,
  });
}

/** Without the methods that types of programs have. */
function plainType(type: DataType): DataType {
  return JSON.parse(JSON.stringify(type)) as DataType;
}
