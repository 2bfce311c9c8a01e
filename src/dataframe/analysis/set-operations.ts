/** UNION, INTERSECT, EXCEPT and DISTINCT: columns by position or name, widened to common types. */
import type { DataType, StructField } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, attribute, coerced, literal } from "../expressions/build";
import type { Attribute, NamedExpression } from "../expressions/expression";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { commonType } from "../types/coercion";
import { sameType } from "../types/text";
import { bindContext } from "./bind-context";
import { bound, exactly } from "./binder";
import type { Binder, Bound, Env, PlanIds } from "./binder";
import { columnNamed, refuseDuplicates, withColumnsOf } from "./columns";
import { ordinalWord, quoted, typeText } from "./messages";

type SetSyntax = Extract<UnresolvedPlan, { kind: "setOperation" }>;

export function bindSetOperation(binder: Binder, plan: SetSyntax, env: Env): Bound {
  if (plan.operation === "union") return bindUnion(binder, plan, env);
  const name = `${plan.operation.toUpperCase()}${plan.all ? " ALL" : ""}`;
  const sides = [binder.plan(plan.left, env), binder.plan(plan.right, env)];
  const [left, right] = widened(binder, sides.map(exactly), name, plan.at) as [LogicalPlan, LogicalPlan];
  refuseMaps(outputOf(left), plan.at);
  refuseMaps(outputOf(right), plan.at);
  const node: LogicalPlan = { kind: "setOperation", operation: plan.operation, all: plan.all, left, right };
  return bound(node, outputOf(node), { planIds: (sides[0] as Bound).planIds });
}

/** A chain of unions of the same form is one node. */
function bindUnion(binder: Binder, plan: SetSyntax, env: Env): Bound {
  const parts: UnresolvedPlan[] = [];
  const collect = (node: UnresolvedPlan): void => {
    const same =
      node.kind === "setOperation" &&
      node.operation === "union" &&
      !node.byName &&
      !plan.byName &&
      node.all &&
      (plan.all || node !== plan);
    if (node === plan || same) {
      const union = node;
      collect(union.left);
      parts.push(union.right);
      return;
    }
    parts.push(node);
  };
  if (plan.byName) parts.push(plan.left, plan.right);
  else if (plan.all) collect(plan);
  else parts.push(plan.left, plan.right);
  const sides = parts.map((part) => binder.plan(part, env));
  const plans = sides.map(exactly);
  const aligned = plan.byName
    ? byName(binder, plans[0] as LogicalPlan, plans[1] as LogicalPlan, plan.allowMissingColumns, plan.at)
    : plans;
  const node = union(binder, widened(binder, aligned, "UNION", plan.at));
  const output = outputOf(node);
  const planIds = renamedPlanIds(
    (sides[0] as Bound).planIds,
    outputOf((node as Extract<LogicalPlan, { kind: "union" }>).children[0] as LogicalPlan),
    output,
    outputOf(plans[0] as LogicalPlan),
  );
  if (plan.all) return bound(node, output, { planIds });
  refuseMaps(output, plan.at);
  return bound({ kind: "distinct", child: node }, output, { planIds });
}

export function union(binder: Binder, children: readonly LogicalPlan[]): LogicalPlan {
  const first = outputOf(children[0] as LogicalPlan);
  const output = first.map((column, i) => {
    const all = children.map((child) => outputOf(child)[i] as Attribute);
    return attribute(
      binder.nextId(),
      column.name,
      withNulls(all.map((one) => one.type)),
      all.some((one) => one.nullable),
      [],
      column.metadata,
    );
  });
  return { kind: "union", children, output };
}

/** The first type, with nulls inside where another has them. */
function withNulls(types: readonly DataType[]): DataType {
  const first = types[0] as DataType;
  switch (first.kind) {
    case "array": {
      const all = types as readonly Extract<DataType, { kind: "array" }>[];
      return { ...first, element: withNulls(all.map((one) => one.element)), containsNull: all.some((one) => one.containsNull) };
    }
    case "map": {
      const all = types as readonly Extract<DataType, { kind: "map" }>[];
      return {
        ...first,
        key: withNulls(all.map((one) => one.key)),
        value: withNulls(all.map((one) => one.value)),
        valueContainsNull: all.some((one) => one.valueContainsNull),
      };
    }
    case "struct": {
      const all = types as readonly Extract<DataType, { kind: "struct" }>[];
      return {
        ...first,
        fields: first.fields.map((field, i) => ({
          ...field,
          type: withNulls(all.map((one) => one.fields[i]?.type ?? field.type)),
          nullable: all.some((one) => one.fields[i]?.nullable === true),
        })),
      };
    }
    default:
      return first;
  }
}

/** What `df.col` means after a union: the column of the union that stands in its place. */
function renamedPlanIds(
  planIds: PlanIds,
  aligned: readonly Attribute[],
  output: readonly Attribute[],
  original: readonly Attribute[],
): PlanIds {
  const place = new Map<number, number>();
  aligned.forEach((column, i) => place.set(column.id, i));
  original.forEach((column, i) => place.set(column.id, place.get(column.id) ?? i));
  return withColumnsOf(planIds, (column) => {
    const i = place.get(column.id);
    return i === undefined ? column : (output[i] ?? column);
  });
}

/** All plans with as many columns, of the same types. Columns keep their names. */
export function widened(
  binder: Binder,
  plans: readonly LogicalPlan[],
  operator: string,
  at: QueryContext | undefined,
): readonly LogicalPlan[] {
  const first = outputOf(plans[0] as LogicalPlan);
  plans.forEach((plan, i) => {
    const count = outputOf(plan).length;
    if (count === first.length) return;
    throw new AnalysisError(
      "NUM_COLUMNS_MISMATCH",
      {
        operator,
        firstNumColumns: String(first.length),
        invalidOrdinalNum: ordinalWord(i + 1),
        invalidNumColumns: String(count),
      },
      at,
    );
  });
  const types = first.map((column, c) => {
    let type: DataType = column.type;
    for (let p = 1; p < plans.length; p++) {
      const other = (outputOf(plans[p] as LogicalPlan)[c] as Attribute).type;
      const collated = type.kind === "string" && other.kind === "string" && type.collation !== other.collation;
      const structure = operator === "UNION" ? commonStructure(type, other) : null;
      const common = structure ?? (collated ? null : commonType([type, other], binder.context.settings));
      if (common === null) throw incompatible(operator, p, c, other, type, at);
      type = common;
    }
    return type;
  });
  return plans.map((plan) => castTo(binder, plan, types));
}

/** The first type where the other differs in names of fields and in what may be null alone; null is what either may have. */
function commonStructure(type: DataType, other: DataType): DataType | null {
  if (sameType(type, other)) return type;
  if (type.kind === "array" && other.kind === "array") {
    const element = commonStructure(type.element, other.element);
    return element === null ? null : { ...type, element, containsNull: type.containsNull || other.containsNull };
  }
  if (type.kind === "map" && other.kind === "map") {
    const [key, value] = [commonStructure(type.key, other.key), commonStructure(type.value, other.value)];
    if (key === null || value === null) return null;
    return { ...type, key, value, valueContainsNull: type.valueContainsNull || other.valueContainsNull };
  }
  if (type.kind !== "struct" || other.kind !== "struct" || type.fields.length !== other.fields.length) return null;
  const fields: StructField[] = [];
  for (const [i, field] of type.fields.entries()) {
    const given = other.fields[i] as StructField;
    const common = commonStructure(field.type, given.type);
    if (common === null) return null;
    fields.push({ ...field, type: common, nullable: field.nullable || given.nullable });
  }
  return { ...type, fields };
}

function incompatible(
  operator: string,
  table: number,
  column: number,
  dataType1: DataType,
  dataType2: DataType,
  at: QueryContext | undefined,
): AnalysisError {
  return new AnalysisError(
    "INCOMPATIBLE_COLUMN_TYPE",
    {
      operator,
      tableOrdinalNumber: ordinalWord(table + 1),
      columnOrdinalNumber: ordinalWord(column + 1),
      dataType1: typeText(dataType1),
      dataType2: typeText(dataType2),
      hint: "",
    },
    at,
  );
}

/** The plan with its columns cast where their types differ. What is known of a column (its comment) is not known of the cast. */
export function castTo(binder: Binder, plan: LogicalPlan, types: readonly DataType[]): LogicalPlan {
  const columns = outputOf(plan);
  if (columns.every((column, i) => sameType(column.type, types[i] as DataType))) return plan;
  const context = bindContext(binder, "cast", undefined);
  const expressions = columns.map((column, i): NamedExpression => {
    const value = coerced(column, types[i] as DataType, context);
    return value === column ? column : alias(value, column.name, binder.nextId());
  });
  return { kind: "project", child: plan, expressions };
}

/** unionByName: the right side's columns in the left's order; with `missing`, nulls for what a side does not have. */
function byName(
  binder: Binder,
  left: LogicalPlan,
  right: LogicalPlan,
  missing: boolean,
  at: QueryContext | undefined,
): readonly LogicalPlan[] {
  const lefts = outputOf(left);
  const rights = outputOf(right);
  refuseDuplicates(
    binder,
    lefts.map((column) => column.name),
  );
  refuseDuplicates(
    binder,
    rights.map((column) => column.name),
  );
  const ordered = lefts.map((column): NamedExpression => {
    const found = columnNamed(binder, rights, column.name)[0];
    if (found !== undefined) return found;
    if (missing) return alias(literal(null, column.type), column.name, binder.nextId());
    throw new AnalysisError(
      "UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
      { colName: quoted(column.name), fieldNames: rights.map((one) => one.name).join(", ") },
      at,
    );
  });
  const added = rights.filter((column) => columnNamed(binder, lefts, column.name).length === 0);
  if (!missing && added.length > 0) {
    throw new AnalysisError(
      "NUM_COLUMNS_MISMATCH",
      {
        operator: "UNION",
        firstNumColumns: String(lefts.length),
        invalidOrdinalNum: "second",
        invalidNumColumns: String(rights.length),
      },
      at,
    );
  }
  const nulls = added.map((column) => alias(literal(null, column.type), column.name, binder.nextId()));
  return [
    added.length === 0 ? left : { kind: "project", child: left, expressions: [...lefts, ...nulls] },
    { kind: "project", child: right, expressions: [...ordered, ...added] },
  ];
}

export function distinctBound(_binder: Binder, input: Bound): Bound {
  const plan = exactly(input);
  refuseMaps(input.output, undefined);
  return bound({ kind: "distinct", child: plan }, input.output, { planIds: input.planIds });
}

/** Maps and variants cannot be compared. */
function refuseMaps(columns: readonly Attribute[], at: QueryContext | undefined): void {
  for (const column of columns) {
    const kind = incomparable(column.type);
    if (kind === null) continue;
    throw new AnalysisError(
      `UNSUPPORTED_FEATURE.SET_OPERATION_ON_${kind}_TYPE`,
      { colName: quoted(column.name), dataType: typeText(column.type) },
      at,
    );
  }
}

function incomparable(type: DataType): "MAP" | "VARIANT" | null {
  switch (type.kind) {
    case "map":
      return "MAP";
    case "variant":
      return "VARIANT";
    case "array":
      return incomparable(type.element);
    case "struct":
      return type.fields.map((field) => incomparable(field.type)).find((kind) => kind !== null) ?? null;
    default:
      return null;
  }
}
