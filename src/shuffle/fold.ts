/** What one table does with the records of one input: the part of an aggregation that applies there. */
import { unreachable } from "../common/errors";
import { COMBINES, TAKES_IN } from "./async-combiners";
import type { Aggregation } from "./spec";

export interface Fold {
  /** The combiner of a key's first record; null when the value itself is it. */
  readonly create: ((value: unknown) => unknown) | null;
  readonly merge: (combiner: unknown, value: unknown) => unknown;
  /** The call of the user's that it is of, and what messages call the functions. */
  readonly call: string;
  readonly name: string;
}

/** Why a table of a special form stopped before the end of a batch. */
export const enum Stop {
  None,
  /** A combiner came out that this table cannot hold; it is in `rejected`, and the record counts as folded. */
  Rejected,
  /** There is no memory for a larger table. */
  Full,
}

/** The fold of records that hold values, or combiners that were made elsewhere. Not for "group". */
export function foldOf(aggregation: Aggregation, input: "values" | "combiners"): Fold {
  switch (aggregation.kind) {
    case "reduce":
      return { create: null, merge: aggregation.merge, call: aggregation.call, name: "the function, or what made its values," };
    case "combine":
      return input === "values"
        ? { create: aggregation.createCombiner, merge: aggregation.mergeValue, call: aggregation.call, name: TAKES_IN }
        : { create: null, merge: aggregation.mergeCombiners, call: aggregation.call, name: COMBINES };
    case "distinct":
      return { create: null, merge: keepFirst, call: "distinct", name: "keeping the first" };
    case "group":
      throw new TypeError("groups are not folded");
    default:
      return unreachable(aggregation);
  }
}

function keepFirst(first: unknown): unknown {
  return first;
}

/** The functions that a kernel of `fold` calls, for `specialized`. */
export function functionsOf(fold: Fold): Function[] {
  return fold.create === null ? [fold.merge] : [fold.merge, fold.create];
}
