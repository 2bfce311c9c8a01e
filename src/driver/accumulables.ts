/** What tasks added to accumulators: merged on the driver, and as listeners are told. */
import type { ValueContext } from "../columnar";
import { log } from "../common/log";
import type { AccumulableInfo } from "../events/listener-events";
import { mergeUpdate } from "../rdd";
import type { AccumulatorBase } from "../rdd";

/** Longer texts of values are cut. */
const LONGEST = 200;

/** By accumulator: its value with the updates that came together so far, which are not merged yet. */
export type RunningTotals = Map<number, AccumulatorBase>;

/** Merges what a task added. Where a method of the user's own accumulator throws, what the task added is lost, and the job goes on, as Spark's does. */
export function mergeOrWarn(accumulator: AccumulatorBase, update: Uint8Array, values: ValueContext): void {
  try {
    mergeUpdate(accumulator, update, values);
  } catch (error) {
    const which = accumulator.name === undefined ? `accumulator ${accumulator.id}` : `accumulator ${accumulator.name}`;
    log.warn(
      `what a task added to ${which} (${accumulator.constructor.name}) is lost, as it could not be merged: ${String(error)}`,
    );
  }
}

/** The update for listeners; nothing where it cannot be told, as a method of the user's own accumulator throws. */
export function describeOrSkip(...update: Parameters<typeof describeUpdate>): AccumulableInfo[] {
  try {
    return [describeUpdate(...update)];
  } catch {
    return [];
  }
}

/** @param update of an accumulator that has a name, before it is merged. Adds it to `totals`. */
function describeUpdate(
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
