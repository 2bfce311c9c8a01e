/** What a task added to an accumulator, as listeners are told. */
import type { ValueContext } from "../columnar";
import type { AccumulableInfo } from "../events/listener-events";
import { mergeUpdate } from "../rdd";
import type { AccumulatorBase } from "../rdd";

/** Longer texts of values are cut. */
const LONGEST = 200;

/** By accumulator: its value with the updates that came together so far, which are not merged yet. */
export type RunningTotals = Map<number, AccumulatorBase>;

/** @param update of an accumulator that has a name, before it is merged. Adds it to `totals`. */
export function describeUpdate(
  accumulator: AccumulatorBase,
  update: Uint8Array,
  totals: RunningTotals,
  values: ValueContext,
): AccumulableInfo {
  const added = accumulator.copy();
  added.reset();
  mergeUpdate(added, update, values);
  const before: unknown = accumulator.value;
  const info = { id: accumulator.id, name: accumulator.name!, internal: false, countFailedValues: false };
  // What adds up is told with its sum; others would have to be copied whole.
  if (typeof added.value !== "number" || typeof before !== "number") return { ...info, update: textOf(added.value) };
  const total = totals.get(accumulator.id) ?? accumulator.copy();
  totals.set(accumulator.id, total);
  mergeUpdate(total, update, values);
  return { ...info, update: added.value, value: total.value as number };
}

function textOf(value: unknown): string {
  const text = typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}
