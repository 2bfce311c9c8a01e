/**
 * Rows with equal structs are rows with equal fields, which are compared without a struct for each row. Windows of time are structs.
 *
 *   Aggregate [s], [s, count(1)]                 →   Aggregate [a, f], [named_struct(x, a, y, f) AS s, count(1)]
 *   +- Project [named_struct(x, a, y, b + 1) AS s]   +- Project [a, b + 1 AS f]
 *      +- r [a, b]                                      +- r [a, b]
 *
 * Only of structs that are made below the aggregate, and are never null therefore.
 */
import type { StructType } from "../../../columnar/types";
import { alias, attributeOf, call, fieldAt, literal, STRING } from "../../expressions/build";
import type { Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { isDeterministic, isFoldable, sameExpression } from "../../expressions/traverse";
import type { Aggregate, LogicalPlan } from "../../logical/plan";
import { transformUpWithSubqueries } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { definitions, substitute } from "../predicates";
import { fieldsOf } from "./simplify-extracts";

export const groupStructsByFields: Rule = {
  name: "GroupStructsByFields",
  apply: (plan, context) =>
    transformUpWithSubqueries(plan, (node) => (node.kind === "aggregate" ? byFields(node, context) : node)),
};

function byFields(node: Aggregate, context: OptimizerContext): LogicalPlan {
  const { child } = node;
  if (child.kind !== "project") return node;
  const values = definitions(child.expressions);
  const structs = new Map<ExprId, Expression>();
  const grouping: Expression[] = [];
  const columns: NamedExpression[] = [...child.expressions];
  for (const key of node.grouping) {
    const fields = key.kind === "attribute" ? madeOf(values.get(key.id)) : null;
    if (key.kind !== "attribute" || fields === null) {
      grouping.push(key);
      continue;
    }
    const parts = fields.map((field) => (isFoldable(field.child) ? field.child : attributeOf(columnOf(field, columns, context))));
    structs.set(key.id, rebuilt(key, parts));
    for (const part of parts)
      if (part.kind === "attribute" && !grouping.some((other) => sameExpression(other, part))) grouping.push(part);
  }
  if (structs.size === 0) return node;
  const aggregates = node.aggregates.map((item): NamedExpression => {
    if (item.kind === "alias") return { ...item, child: substitute(item.child, structs) };
    const struct = structs.get(item.id);
    return struct === undefined ? item : alias(struct, item.name, item.id, item.metadata);
  });
  const expressions = columns.filter(({ id }) => !structs.has(id));
  return { kind: "aggregate", child: { kind: "project", child: child.child, expressions }, grouping, aggregates };
}

interface Field {
  readonly name: string;
  readonly child: Expression;
}

/** The fields of a struct that is made of values here; null where it is not, or where its fields are the same for all rows. */
function madeOf(value: Expression | undefined): readonly Field[] | null {
  if (value?.kind !== "call" || value.type.kind !== "struct" || !isDeterministic(value)) return null;
  const { fields } = value.type;
  const children =
    value.fn === "named_struct" ? fieldsOf(value) : value.fn === "window" ? fields.map((_, i) => fieldAt(value, i)) : [];
  if (children.every(isFoldable)) return null;
  return children.map((child, i) => ({ name: fields[i]!.name, child }));
}

/** The column of the select list that holds a field, which is added to it where it is not there. */
function columnOf({ name, child }: Field, columns: NamedExpression[], context: OptimizerContext): NamedExpression {
  const known = columns.find((column) =>
    column.kind === "alias" ? sameExpression(column.child, child) : child.kind === "attribute" && column.id === child.id,
  );
  if (known !== undefined) return known;
  const added = child.kind === "attribute" ? child : alias(child, name, context.nextId());
  columns.push(added);
  return added;
}

function rebuilt(struct: Attribute, parts: readonly Expression[]): Expression {
  const { fields } = struct.type as StructType;
  const args = parts.flatMap((part, i) => [literal(fields[i]!.name, STRING), part]);
  return call("named_struct", args, struct.type, struct.nullable);
}
