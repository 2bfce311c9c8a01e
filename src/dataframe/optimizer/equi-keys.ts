/** The equalities of a join's condition that pair a value of the left side with one of the right. */
import type { DataType } from "../../columnar/types";
import { BOOLEAN, call, literal } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import { attributesOf } from "../expressions/traverse";
import { outputIds } from "../logical/output";
import type { Join } from "../logical/plan";
import { conjuncts, isNull, movable, within } from "./predicates";

export interface EquiKey {
  readonly left: Expression;
  readonly right: Expression;
  /** `<=>`: nulls equal each other. */
  readonly nullSafe: boolean;
}

export interface EquiKeys {
  readonly keys: readonly EquiKey[];
  /** The other conjuncts. */
  readonly rest: readonly Expression[];
}

export function equiKeys(join: Pick<Join, "left" | "right" | "condition">): EquiKeys {
  if (join.condition === null) return { keys: [], rest: [] };
  const left = outputIds(join.left);
  const right = outputIds(join.right);
  const keys: EquiKey[] = [];
  const rest: Expression[] = [];
  for (const part of conjuncts(join.condition)) {
    const key = keyOf(part, left, right);
    if (key === null) rest.push(part);
    else keys.push(key);
  }
  return { keys, rest };
}

function keyOf(part: Expression, left: ReadonlySet<number>, right: ReadonlySet<number>): EquiKey | null {
  if (part.kind !== "call" || (part.fn !== "=" && part.fn !== "<=>" && part.fn !== "==")) return null;
  const [a, b] = part.args as [Expression, Expression];
  if (attributesOf(a).length === 0 || attributesOf(b).length === 0 || !movable(part)) return null;
  const nullSafe = part.fn === "<=>";
  if (within(a, left) && within(b, right)) return { left: a, right: b, nullSafe };
  if (within(b, left) && within(a, right)) return { left: b, right: a, nullSafe };
  return null;
}

/** `a <=> b` as plain equalities: coalesce(a, zero) = coalesce(b, zero) and isnull(a) = isnull(b). Null where the type has no such value. */
export function nullSafePairs(key: EquiKey): readonly (readonly [Expression, Expression])[] | null {
  if (!key.left.nullable && !key.right.nullable) return [[key.left, key.right]];
  const zero = zeroOf(key.left.type);
  if (zero === undefined) return null;
  const filled = (side: Expression): Expression =>
    side.nullable ? call("coalesce", [side, literal(zero, side.type)], side.type, false) : side;
  const missing = (side: Expression): Expression => (side.nullable ? isNull(side) : literal(false, BOOLEAN));
  return [
    [filled(key.left), filled(key.right)],
    [missing(key.left), missing(key.right)],
  ];
}

function zeroOf(type: DataType): null | boolean | number | string | Uint8Array | readonly never[] | undefined {
  switch (type.kind) {
    case "boolean":
      return false;
    case "string":
      return "";
    case "binary":
      return new Uint8Array(0);
    case "array":
      return [];
    case "map":
    case "struct":
    case "variant":
    case "calendarInterval":
    case "udt":
    case "null":
      return undefined;
    default:
      return 0;
  }
}
