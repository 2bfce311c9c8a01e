/** Keys of integers as one number each: their differences to the smallest, one behind another. A loop for each kinds of arrays: with one for all, numbers are boxed. */
import { compile } from "../../../columnar/compile";
import type { DataType } from "../../../columnar/types";
import type { FixedVector, Vector } from "../../../columnar/vector";
import { MAX_SAFE } from "../../codegen/term";
import { isIntLike, isLongLike } from "../../types/families";

type Numbers = FixedVector["values"];

export interface Packing {
  readonly bases: readonly number[];
  readonly spans: readonly number[];
}

/** Null where a key is no integer, or all together have more values than doubles count. */
export function packingOf(
  keys: readonly Vector[],
  types: readonly DataType[],
  count: number,
  valid: Uint8Array | null,
): Packing | null {
  const bases: number[] = [];
  const spans: number[] = [];
  let total = 1;
  for (const [i, key] of keys.entries()) {
    const type = types[i]!;
    if (key.form !== "fixed" || !(isIntLike(type) || isLongLike(type))) return null;
    let [low, high] = rangeOf(key.values, valid, count);
    if (low > high) low = high = 0;
    const span = high - low + 1;
    total *= span;
    // Differences to the base must be exact as well.
    if (!(span <= MAX_SAFE && total <= MAX_SAFE)) return null;
    bases.push(low);
    spans.push(span);
  }
  return { bases, spans };
}

/** One number for each row; below `total`. */
export function pack(
  keys: readonly Vector[],
  { bases, spans }: Packing,
  count: number,
  total: number,
): Float64Array | Int32Array {
  const packed = total <= 0x7fffffff ? new Int32Array(count) : new Float64Array(count);
  keys.forEach((key, i) => {
    if (key.form === "fixed") packOne(key.values, bases[i]!, spans[i]!, packed);
  });
  return packed;
}

const loops = new Map<string, unknown>();

function loopFor<F>(source: string, ...arrays: readonly (object | null)[]): F {
  const key = [source, ...arrays.map((array) => (array === null ? "" : array.constructor.name))].join(" ");
  let loop = loops.get(key) as F | undefined;
  if (loop === undefined) loops.set(key, (loop = compile<F>(source, {})));
  return loop;
}

/** The least and the greatest of those that are valid; [Infinity, -Infinity] where none is. */
function rangeOf(values: Numbers, valid: Uint8Array | null, count: number): [number, number] {
  const source = `return (values, valid, count) => {
    let low = Infinity, high = -Infinity;
    for (let row = 0; row < count; row++) {
      ${valid === null ? "" : "if (valid[row] === 0) continue;"}
      const value = values[row];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return [low, high];
  };`;
  const loop = loopFor<(values: Numbers, valid: Uint8Array | null, count: number) => [number, number]>(source, values, valid);
  return loop(values, valid, count);
}

const PACK_ONE = `return (values, base, span, packed) => {
  for (let row = 0; row < packed.length; row++) packed[row] = packed[row] * span + (values[row] - base);
};`;

function packOne(values: Numbers, base: number, span: number, packed: Float64Array | Int32Array): void {
  loopFor<(values: Numbers, base: number, span: number, packed: Float64Array | Int32Array) => void>(PACK_ONE, values, packed)(
    values,
    base,
    span,
    packed,
  );
}
