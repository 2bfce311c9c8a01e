/**
 * Aggregates over frames. Frames of one partition only move on, so that what is added is added once: whole partitions and frames that
 * begin with the partition run along; where a frame's beginning moves, rows are taken back by those accumulators that can do
 * so exactly, and for the others each frame is added up anew.
 */
import { boxedReader, vectorBuilder } from "../../../columnar/batch";
import type { Boxed, DataType } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import type { Accumulator } from "../../functions/registry";
import type { Frames } from "./frames";
import type { WindowRows } from "./partitions";

export function framedAggregate(
  accumulator: Accumulator,
  args: readonly { readonly values: Vector; readonly type: DataType }[],
  filter: Vector | null,
  frames: Frames,
  window: WindowRows,
  type: DataType,
): Vector {
  const { length } = window.rows;
  const readers = args.map(({ values, type: of }) => boxedReader(values, of));
  const [only] = readers;
  const argsOf: (row: number) => readonly Boxed[] =
    only !== undefined && readers.length === 1 ? (row) => [only(row)] : (row) => readers.map((read) => read(row));
  const counts = (row: number): boolean =>
    filter === null ||
    (filter.form === "fixed" && filter.values[row] === 1 && (filter.valid === null || filter.valid[row] === 1));
  const builder = vectorBuilder(type, length);
  let state: unknown = accumulator.init();
  let from = 0;
  let to = 0;
  let value: Boxed = null;
  let current = false;
  const add = (until: number): void => {
    for (; to < until; to++) if (counts(to)) state = accumulator.update(state, argsOf(to));
  };
  for (let row = 0; row < length; row++) {
    const start = frames.from[row]!;
    const end = frames.to[row]!;
    const moved = row === window.starts[row] || start > from;
    if (!current || moved || end !== to) {
      if (row === window.starts[row] || !takesBack(start)) {
        state = accumulator.init();
        from = to = start;
      }
      add(end);
      value = accumulator.finish(state);
      current = true;
    }
    builder.append(value);
  }
  return builder.finish();

  /** The rows before `start` are out of the state; false where it must be made anew. */
  function takesBack(start: number): boolean {
    if (start === from) return true;
    if (accumulator.retract === undefined || start > to) return false;
    for (; from < start; from++) if (counts(from)) state = accumulator.retract(state, argsOf(from));
    return true;
  }
}
