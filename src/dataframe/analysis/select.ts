/** SELECT lists: names for their items, aliases that later items use, generators and window functions taken out below. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, attribute, attributeOf } from "../expressions/build";
import type { Alias, Attribute, ExprId, Expression, GeneratorCall, NamedExpression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { attributesOf, exists, isDeterministic, mapChildren, transformUp, walk } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import type { Binder, Bound, Columns, Env, LateralAliases, NameUse, Scope } from "./binder";
import { bound } from "./binder";
import { columnsOf } from "./columns";
import { fieldOf } from "./fields";
import { generatorOutput, isOuterGenerator } from "./generators";
import { exprText, idText, quoted } from "./messages";
import { expandRegex, expandStar } from "./stars";
import { containsWindow, extractWindows } from "./windows";

export type SelectItem =
  | { readonly kind: "named"; readonly expression: NamedExpression; readonly syntax: UnresolvedExpression }
  | { readonly kind: "generator"; readonly call: GeneratorCall; readonly outer: boolean; readonly output: readonly Attribute[] };

export interface SelectList {
  readonly items: readonly SelectItem[];
  /** Aliases that others use and that must be computed once: in a projection below. */
  readonly below: readonly Alias[];
  /** Ids of the items that use aliases to their left, and do not aggregate themselves. */
  readonly lateral: ReadonlySet<ExprId>;
  /** A star or a pattern of names was among the items. */
  readonly starred: boolean;
}

export function bindSelectList(binder: Binder, expressions: readonly UnresolvedExpression[], scope: Scope): SelectList {
  const aliases = new AliasesToTheLeft(binder);
  const inner: Scope = { ...scope, lateral: aliases };
  const items: SelectItem[] = [];
  let starred = false;
  for (const syntax of expressions) {
    if (syntax.kind === "star" || syntax.kind === "regex") {
      starred = true;
      const columns = syntax.kind === "star" ? expandStar(binder, syntax, inner) : expandRegex(binder, syntax, inner);
      for (const column of columns) items.push({ kind: "named", expression: named(binder, column, syntax), syntax });
      continue;
    }
    const item = bindItem(binder, syntax, inner);
    items.push(item);
    if (item.kind === "named" && item.expression.kind === "alias" && isNamed(syntax, item.expression))
      aliases.add(item.expression);
  }
  return { ...aliases.resolve(items), starred };
}

/** Has a name that items to the right may use. That of a session variable still means the variable. */
function isNamed(syntax: UnresolvedExpression, item: Alias): boolean {
  return syntax.kind !== "name" || item.child.kind !== "literal";
}

function bindItem(binder: Binder, syntax: UnresolvedExpression, scope: Scope): SelectItem {
  const inner = syntax.kind === "alias" ? syntax.child : syntax;
  const expression = binder.expression(inner, scope);
  const names = syntax.kind === "alias" ? syntax.names : [];
  if (expression.kind === "generator") {
    return {
      kind: "generator",
      call: expression,
      outer: isOuterGenerator(expression),
      output: generatorOutput(binder, expression, names, syntax.at),
    };
  }
  if (exists(expression, (node) => node.kind === "generator")) {
    throw new AnalysisError("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", { expression: exprText(expression) }, syntax.at);
  }
  if (names.length > 1) {
    throw new AnalysisError("UDTF_ALIAS_NUMBER_MISMATCH", { aliasesSize: "1", aliasesNames: names.join(",") }, syntax.at);
  }
  const name = names[0];
  if (name === undefined) return { kind: "named", expression: named(binder, expression, syntax), syntax };
  const child = expression.kind === "alias" ? expression.child : expression;
  const written = syntax.kind === "alias" ? syntax.metadata : undefined;
  const metadata = written ?? (child.kind === "attribute" ? child.metadata : undefined);
  return { kind: "named", expression: alias(child, name, binder.nextId(), metadata), syntax };
}

/** What a column is called that was not given a name. */
export function named(binder: Binder, expression: Expression, syntax: UnresolvedExpression): NamedExpression {
  if (expression.kind === "attribute" && !isLateral(expression)) return expression;
  if (expression.kind === "alias") return expression;
  return alias(expression, automaticName(expression, syntax), binder.nextId());
}

function automaticName(expression: Expression, syntax: UnresolvedExpression): string {
  if (expression.kind === "outer") return expression.attribute.name;
  if (expression.kind === "attribute") return (syntax.kind === "name" && syntax.parts.at(-1)) || expression.name;
  if (syntax.kind === "name" && isNamedByItself(expression)) {
    return syntax.parts.at(-1) as string;
  }
  if (syntax.kind === "cast" && expression.kind === "cast") {
    if (expression.child.kind === "attribute") return lateralName(expression.child) ?? expression.child.name;
    if (expression.child.kind === "outer") return expression.child.attribute.name;
  }
  return printed(expression);
}

/** Fields, lambda variables, session variables; not functions that are called without parentheses. */
function isNamedByItself(expression: Expression): boolean {
  if (expression.kind === "literal") return expression.printed?.startsWith("variablereference(") === true;
  return expression.kind === "lambdaVariable" || (expression.kind === "call" && EXTRACTIONS.has(expression.fn));
}

const EXTRACTIONS: ReadonlySet<string> = new Set(["struct_field", "array_fields", "map_item", "grouping_id"]);

const LATERAL = /^lateralAliasReference\((.*)\)$/s;

function isLateral(column: Attribute): boolean {
  return LATERAL.test(column.name);
}

function lateralName(column: Attribute): string | null {
  return LATERAL.exec(column.name)?.[1] ?? null;
}

/** References are attributes with the alias's id until the whole list is known. */
class AliasesToTheLeft implements LateralAliases {
  readonly #byName = new Map<string, Alias[]>();
  readonly #byId = new Map<number, Alias>();
  #used = false;

  constructor(private readonly binder: Binder) {}

  add(one: Alias): void {
    const key = this.#key(one.name);
    this.#byName.set(key, [...(this.#byName.get(key) ?? []), one]);
    this.#byId.set(one.id, one);
  }

  #key(name: string): string {
    return this.binder.context.settings.caseSensitive ? name : name.toLowerCase();
  }

  find(parts: readonly string[], use: NameUse): Expression | null {
    if (this.binder.context.settings.conf["spark.sql.lateralColumnAlias.enableImplicitResolution"] === "false") return null;
    const found = this.#byName.get(this.#key(parts[0] as string));
    if (found === undefined) return null;
    if (found.length > 1) {
      throw new AnalysisError("AMBIGUOUS_LATERAL_COLUMN_ALIAS", { name: idText(parts), n: String(found.length) }, use.at);
    }
    const one = found[0] as Alias;
    this.#used = true;
    const reference = attribute(one.id, `lateralAliasReference(${parts[0]})`, one.type, one.nullable);
    return fieldOf(this.binder, reference, parts.slice(1), use.at);
  }

  /** Puts the aliases' expressions in the places of references. Those that must not be computed twice go below. */
  resolve(items: readonly SelectItem[]): Omit<SelectList, "starred"> {
    if (!this.#used) return { items, below: [], lateral: NONE };
    const lateral = new Set<ExprId>();
    for (const item of items) {
      if (item.kind !== "named" || item.expression.kind !== "alias") continue;
      if (!exists(item.expression.child, isReference)) continue;
      refuseInWindows(item.expression.child, item.syntax.at);
      if (!hasAggregate(item.expression.child)) lateral.add(item.expression.id);
    }
    const below = new Map<number, Alias>();
    const inline = (expression: Expression): Expression =>
      transformUp(expression, (node) => {
        const target = node.kind === "attribute" ? this.#byId.get(node.id) : undefined;
        if (target === undefined) return node;
        const child = inline(target.child);
        if (isDeterministic(child) || containsWindow(child)) return child;
        below.set(target.id, { ...target, child });
        return attributeOf(target);
      });
    const resolved = items.map((item): SelectItem => {
      if (item.kind !== "named" || item.expression.kind !== "alias") return item;
      const child = inline(item.expression.child);
      return child === item.expression.child ? item : { ...item, expression: { ...item.expression, child } };
    });
    const final = resolved.map((item): SelectItem => {
      if (item.kind !== "named" || !below.has(item.expression.id)) return item;
      return { ...item, expression: attributeOf(item.expression) };
    });
    return { items: final, below: [...below.values()], lateral };
  }
}

const NONE: ReadonlySet<ExprId> = new Set();

function isReference(node: Expression): boolean {
  return node.kind === "attribute" && isLateral(node);
}

/** As in Spark, window functions do not read aliases to their left. */
function refuseInWindows(expression: Expression, at: QueryContext | undefined): void {
  walk(expression, (node) => {
    if (node.kind !== "window") return;
    walk(node, (inner) => {
      if (!isReference(inner)) return;
      const lca = quoted(lateralName(inner as Attribute) as string);
      throw new AnalysisError("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW", { lca, windowExpr: exprText(node) }, at);
    });
  });
}

/** The plan of a select list over rows: generators, then window functions, then the projection itself. */
export function selectPlan(
  binder: Binder,
  child: LogicalPlan,
  list: Pick<SelectList, "items" | "below">,
  extra: readonly NamedExpression[],
): LogicalPlan {
  let plan = child;
  if (list.below.length > 0) plan = { kind: "project", child: plan, expressions: [...outputOf(plan), ...list.below] };
  const expressions: NamedExpression[] = [];
  for (const item of list.items) {
    if (item.kind === "named") {
      expressions.push(item.expression);
      continue;
    }
    plan = { kind: "generate", child: plan, generator: item.call, outer: item.outer, output: item.output, unrequired: [] };
    expressions.push(...(item.outer ? item.output.map((one) => ({ ...one, nullable: true })) : item.output));
  }
  expressions.push(...extra);
  if (!expressions.some(containsWindow)) return { kind: "project", child: plan, expressions };
  const windows = extractWindows(binder, plan, expressions);
  return { kind: "project", child: windows.plan, expressions: windows.expressions as NamedExpression[] };
}

/** A select list without aggregates. */
export function projectBound(binder: Binder, input: Bound, list: SelectList): Bound {
  const plan = selectPlan(binder, input.plan, list, []);
  return bound(plan, outputOf(plan), {
    planIds: input.planIds,
    block: {
      below: withBelow(columnsOf(binder, input), input),
      aggregate: null,
      extended: (extra) => selectPlan(binder, inputWith(input, extra), list, extra),
    },
  });
}

/** The input's plan, with what `extra` reads of the plans under it. */
export function inputWith(input: Bound, extra: readonly NamedExpression[]): LogicalPlan {
  const present = new Set([...input.output, ...input.hidden].map((column) => column.id));
  const missing = extra.flatMap((one) => attributesOf(one)).filter((column) => !present.has(column.id));
  if (missing.length === 0 || input.block === null) return input.plan;
  return input.block.extended([...new Map(missing.map((column) => [column.id, column])).values()]);
}

/** The columns of an input, then those under its own select list. */
export function withBelow(columns: Columns, input: Bound): Columns {
  const below = input.block?.aggregate === null ? input.block.below : null;
  if (below === null || below === undefined) return columns;
  return { ...asRecord(columns), find: (parts, use) => columns.find(parts, use) ?? below.find(parts, use) };
}

function asRecord(columns: Columns): Omit<Columns, "find"> {
  const { all, hidden, candidates, planIds } = columns;
  return { all, hidden, candidates, planIds };
}

/** An aggregate function that is not over a window: the list is of a query with groups. */
export function hasAggregate(expression: Expression): boolean {
  switch (expression.kind) {
    case "aggregate":
      return true;
    case "window": {
      const parts = [...expression.function.args, ...expression.partitionBy, ...expression.orderBy.map((order) => order.child)];
      return parts.some(hasAggregate);
    }
    default: {
      let found = false;
      mapChildren(expression, (child) => {
        found ||= hasAggregate(child);
        return child;
      });
      return found;
    }
  }
}

export function itemExpressions(items: readonly SelectItem[]): readonly Expression[] {
  return items.flatMap((item): readonly Expression[] => (item.kind === "named" ? [item.expression] : [item.call]));
}

export function selectScope(binder: Binder, input: Bound, env: Env): Scope {
  return { columns: columnsOf(binder, input), env, clause: "select" };
}
