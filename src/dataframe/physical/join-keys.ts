/** What joins compare, and the roles of exchanges that are made for them. */
import type { Expression } from "../expressions/expression";
import type { Join } from "../logical/plan";
import { equiKeys, nullSafePairs } from "../optimizer/equi-keys";
import { conjunction, equalNullSafe } from "../optimizer/predicates";

export interface Keys extends Sides {
  readonly condition: Expression | null;
  /** What rows of both sides are moved by. It is what the keys were made of: a null, too, has one place. */
  readonly compared: Sides;
}

export interface Sides {
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
}

/** `a <=> b` among the keys becomes plain equalities, or stays a condition where its type has no value to stand for null. */
export function hashKeys(join: Join): Keys {
  const { keys, rest } = equiKeys(join);
  const left: Expression[] = [];
  const right: Expression[] = [];
  const others = [...rest];
  const compared = keys.filter((key) => !key.nullSafe || nullSafePairs(key) !== null);
  for (const key of keys) {
    const pairs = key.nullSafe ? nullSafePairs(key) : [[key.left, key.right] as const];
    if (pairs === null) others.push(equalNullSafe(key.left, key.right));
    else {
      for (const [a, b] of pairs) {
        left.push(a);
        right.push(b);
      }
    }
  }
  return {
    left,
    right,
    condition: conjunction(others),
    compared: { left: compared.map((key) => key.left), right: compared.map((key) => key.right) },
  };
}

export const BROADCAST = "broadcast";

/** Roles of exchanges that do not hold all rows of their node. */
export const FILTERED = "filtered:";
export const KEYS = "keys:";
/** Bits, none of the node's rows. */
export const MARKS = "marks:";

export function isPartial(role: string): boolean {
  return role.startsWith(FILTERED) || role.startsWith(KEYS) || role.startsWith(MARKS);
}
