/** What joins compare, and the roles of exchanges that are made for them. */
import type { Expression } from "../expressions/expression";
import type { Join } from "../logical/plan";
import { equiKeys, nullSafePairs } from "../optimizer/equi-keys";
import { conjunction, equalNullSafe } from "../optimizer/predicates";

export interface Keys {
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
  readonly condition: Expression | null;
}

/** `a <=> b` among the keys becomes plain equalities, or stays a condition where its type has no value to stand for null. */
export function hashKeys(join: Join): Keys {
  const { keys, rest } = equiKeys(join);
  const left: Expression[] = [];
  const right: Expression[] = [];
  const others = [...rest];
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
  return { left, right, condition: conjunction(others) };
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
