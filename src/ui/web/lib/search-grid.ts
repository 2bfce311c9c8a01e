/** The scores of a search over two of its parameters. */
import type { SearchCandidate } from "../../api-types";
import { compareValues } from "./sort";

export interface ScoreGrid {
  readonly x: string;
  readonly y: string;
  readonly xs: readonly string[];
  readonly ys: readonly string[];
  /** By y, then x: the best mean of the candidates there, and which one has it; null while none is scored. */
  readonly cells: readonly (readonly ({ mean: number; index: number } | null)[])[];
  readonly low: number;
  readonly high: number;
}

/** Parameters that take more than one value, in the order of their names' first appearance. */
export function varyingParams(candidates: readonly SearchCandidate[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const { params } of candidates) {
    for (const [name, value] of Object.entries(params)) {
      const known = values.get(name) ?? new Set();
      known.add(value);
      values.set(name, known);
    }
  }
  return [...values].filter(([, set]) => set.size > 1).map(([name]) => name);
}

export function scoreGrid(candidates: readonly SearchCandidate[], x: string, y: string, largerIsBetter: boolean): ScoreGrid {
  const distinct = (name: string) =>
    [...new Set(candidates.map(({ params }) => params[name] ?? "–"))].sort((a, b) => compareParam(a, b));
  const xs = distinct(x);
  const ys = distinct(y);
  const cells: ({ mean: number; index: number } | null)[][] = ys.map(() => xs.map(() => null));
  let low = Infinity;
  let high = -Infinity;
  for (const candidate of candidates) {
    if (candidate.mean === null || !Number.isFinite(candidate.mean)) continue;
    const row = cells[ys.indexOf(candidate.params[y] ?? "–")]!;
    const column = xs.indexOf(candidate.params[x] ?? "–");
    const known = row[column];
    if (known === null || known === undefined || candidate.mean > known.mean === largerIsBetter)
      row[column] = { mean: candidate.mean, index: candidate.index };
    low = Math.min(low, candidate.mean);
    high = Math.max(high, candidate.mean);
  }
  return { x, y, xs, ys, cells, low, high };
}

function compareParam(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  return Number.isNaN(x) || Number.isNaN(y) ? compareValues(a, b, false) : x - y;
}

/** Time to the end by the pace so far, ms; null before the first fit has ended. */
export function timeLeft(
  search: { total: number; done: number; startTime: number; endTime: number | null },
  now: number,
): number | null {
  if (search.endTime !== null || search.done === 0) return null;
  return ((now - search.startTime) / search.done) * Math.max(0, search.total - search.done);
}
