/** Finds the relations of one region of inner joins again among those of another. */
import type { Expression, ExprId } from "../expressions/expression";
import { isDeterministic, sameExpression } from "../expressions/traverse";
import { renameExpression } from "../logical/fresh";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { logicalSignature } from "../logical/signature";
import { existsPlan, expressionsOf } from "../logical/traverse";
import { takeApart } from "./join-region";

export interface Matched {
  /** From columns of the one to those of the other. */
  readonly ids: ReadonlyMap<ExprId, ExprId>;
  /** The relations that were found, of the other. */
  readonly members: readonly LogicalPlan[];
  /** The conditions of the other that the one has, too. */
  readonly conditions: readonly Expression[];
}

/** Null where some relation or condition of `plan` is not among the others. */
export function matchRelations(
  plan: LogicalPlan,
  relations: readonly LogicalPlan[],
  conditions: readonly Expression[],
): Matched | null {
  const wanted: LogicalPlan[] = [];
  const asked: Expression[] = [];
  takeApart(plan, wanted, asked);
  if (wanted.length > relations.length || !wanted.every(isRepeatable)) return null;
  const known = new Map<LogicalPlan, string>();
  const signature = (relation: LogicalPlan): string => {
    let text = known.get(relation);
    if (text === undefined) known.set(relation, (text = logicalSignature(relation)));
    return text;
  };
  const isSame = (a: LogicalPlan, b: LogicalPlan): boolean => a.kind === b.kind && signature(a) === signature(b);
  /** A relation that is there twice may stand for either. */
  const place = (members: readonly LogicalPlan[]): Matched | null => {
    const next = wanted[members.length];
    if (next === undefined) return withConditions(wanted, members, asked, conditions);
    for (const relation of relations) {
      if (members.includes(relation) || !isSame(next, relation)) continue;
      const found = place([...members, relation]);
      if (found !== null) return found;
    }
    return null;
  };
  return place([]);
}

function withConditions(
  wanted: readonly LogicalPlan[],
  members: readonly LogicalPlan[],
  asked: readonly Expression[],
  conditions: readonly Expression[],
): Matched | null {
  const ids = new Map<ExprId, ExprId>();
  wanted.forEach((relation, i) => {
    const columns = outputOf(members[i]!);
    outputOf(relation).forEach(({ id }, place) => ids.set(id, columns[place]!.id));
  });
  const found = asked.map((condition) => {
    const renamed = renameExpression(condition, ids);
    return conditions.find((other) => sameCondition(other, renamed));
  });
  return found.every((condition) => condition !== undefined) ? { ids, members, conditions: found } : null;
}

function sameCondition(a: Expression, b: Expression): boolean {
  if (sameExpression(a, b)) return true;
  if (a.kind !== "call" || b.kind !== "call" || a.fn !== "=" || b.fn !== "=") return false;
  return sameExpression(a.args[0]!, b.args[1]!) && sameExpression(a.args[1]!, b.args[0]!);
}

/** Scans with filters and projections: read twice, they give the same rows. */
function isRepeatable(plan: LogicalPlan): boolean {
  return !existsPlan(
    plan,
    (node) =>
      (node.kind !== "scan" && node.kind !== "filter" && node.kind !== "project") || !expressionsOf(node).every(isDeterministic),
  );
}
