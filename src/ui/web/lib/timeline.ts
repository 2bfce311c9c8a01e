/** Runs over time in rows of marks: what is too short to be seen by itself at a scale stands together with its neighbours in one mark. */
import { pack } from "./lanes";

export interface Run {
  /** ms. */
  readonly start: number;
  readonly end: number;
}

export interface Mark<T> {
  readonly runs: readonly T[];
  /** When the first of them began and the last one ended, ms. */
  readonly start: number;
  readonly end: number;
  /** Where the mark ends as it is drawn, ms: it has a least width. */
  readonly drawnEnd: number;
}

/** px below which a run is put together with those that it would touch. */
const SHORT = 6;
/** px of a short run by itself. */
const SLIVER = 3;
/** px of a mark that tells how many runs it stands for: room for three digits. */
const GROUP = 28;
/** A group has runs that began within so many px: a long row of short runs stays a picture of when they were. */
const WIDEST_GROUP = 48;

/** Rows from above to below, each in order of time; marks of a row do not overlap. @param msPerPx the scale. */
export function timelineRows<T extends Run>(runs: readonly T[], msPerPx: number): Mark<T>[][] {
  const marks: Mark<T>[] = [];
  /** Of short runs, the newest mark: its place in `marks`. */
  let group = -1;
  for (const run of [...runs].sort((a, b) => a.start - b.start)) {
    const { start, end } = run;
    if (end - start >= SHORT * msPerPx) {
      marks.push({ runs: [run], start, end, drawnEnd: end });
      continue;
    }
    const before = marks[group];
    if (before !== undefined && start < before.drawnEnd + msPerPx && start < before.start + WIDEST_GROUP * msPerPx) {
      const last = Math.max(before.end, end);
      marks[group] = {
        runs: [...before.runs, run],
        start: before.start,
        end: last,
        drawnEnd: Math.min(Math.max(last, before.start + GROUP * msPerPx), before.start + WIDEST_GROUP * msPerPx),
      };
    } else {
      group = marks.length;
      marks.push({ runs: [run], start, end, drawnEnd: Math.max(end, start + SLIVER * msPerPx) });
    }
  }
  const { lane, lanes } = pack(marks.map(({ start, drawnEnd }) => ({ start, end: drawnEnd })));
  const rows = Array.from({ length: lanes }, (): Mark<T>[] => []);
  marks.forEach((mark, at) => rows[lane[at]!]!.push(mark));
  return rows;
}
