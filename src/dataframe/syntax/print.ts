/**
 * Queries as they were written, as text in the manner of Spark's parsed plans. An operator bears a mark (') while analysis
 * has something to look up in it or below it:
 *
 *   'Project ['a, unresolvedalias(('b + 1))]
 *   +- 'Filter ('a > 5)
 *      +- 'UnresolvedRelation [t], [], false
 */
import { unreachable } from "../../common/errors";
import { fieldList, joinTypeName, treeText } from "../logical/print";
import type { UnresolvedExpression } from "./expression";
import type { Cte, Grouping, UnresolvedPlan } from "./plan";
import { ExpressionPrinter, settledType } from "./print-expression";

/** A line of the tree: what stands there and below. */
interface Line {
  readonly text: string;
  readonly resolved: boolean;
  readonly children: readonly Line[];
  /** Plans of subqueries. */
  readonly inner: readonly Line[];
}

/** @param timeZone the session's, in which timestamps are shown. */
export function unresolvedPlanText(plan: UnresolvedPlan, timeZone: string): string {
  const root = new PlanPrinter(new ExpressionPrinter(timeZone)).line(plan);
  return treeText(
    root,
    ({ resolved, text }) => `${resolved ? "" : "'"}${text}`,
    ({ children }) => children,
    ({ inner }) => inner,
  );
}

class PlanPrinter {
  constructor(private readonly expressions: ExpressionPrinter) {}

  line(plan: UnresolvedPlan): Line {
    const { expressions } = this;
    switch (plan.kind) {
      case "table": {
        const name = isExpression(plan.name) ? null : plan.name;
        if (name === null)
          return leaf(`PlanWithUnresolvedIdentifier ${this.#text(plan.name as UnresolvedExpression)}, <function2>`);
        const options = Object.entries(plan.options ?? {}).map(([key, value]) => `${key}=${value}`);
        const relation = leaf(`UnresolvedRelation [${name.join(", ")}], [${options.join(", ")}], false`);
        if (plan.timeTravel === undefined) return relation;
        return leaf(`RelationTimeTravel '${relation.text}, ${this.#text(plan.timeTravel)}`);
      }
      case "read":
        return leaf(`UnresolvedDataSource format: ${plan.format}, isStreaming: false, paths: ${plan.paths.length} provided`);
      case "tableFunction":
        return this.#tableFunction(plan);
      case "range":
        return { ...leaf(`Range (${plan.start}, ${plan.end}, step=${plan.step}${splits(plan.numPartitions)})`), resolved: true };
      case "inlineTable":
        return this.#inlineTable(plan);
      case "local":
      case "external": {
        const columns = fieldList(plan.schema.fields.map(({ name }) => this.#attribute(name)));
        return {
          ...leaf(plan.kind === "local" ? `LocalRelation [${columns}]` : `LogicalRDD [${columns}], false`),
          resolved: true,
        };
      }
      case "oneRow":
        return { ...leaf("OneRowRelation"), resolved: true };
      case "project": {
        const text = `Project ${this.#columns(plan.expressions)}`;
        const named = plan.expressions.every((each) => each.kind === "alias");
        const project = named
          ? this.#over(text, [plan.child], plan.expressions)
          : this.#unresolved(text, [plan.child], plan.expressions);
        return plan.distinct === true ? above("Distinct", project) : project;
      }
      case "withColumns": {
        const values = plan.columns.map(({ expression }) => expression);
        const parts = [...plan.columns.map(({ name }) => name), ...values.map((value) => this.#text(value)), "None"];
        return this.#unresolved(`Project [unresolvedstarwithcolumns(${parts.join(", ")})]`, [plan.child], values);
      }
      case "withColumnsRenamed": {
        const parts = [...plan.renames.map(([from]) => from), ...plan.renames.map(([, to]) => to)];
        return this.#unresolved(`Project [unresolvedstarwithcolumnsrenames(${parts.join(", ")})]`, [plan.child]);
      }
      case "drop": {
        const dropped = [...plan.names.map((name) => `'${name}`), ...plan.columns.map((each) => this.#text(each))];
        return this.#unresolved(`DataFrameDropColumns [${dropped.join(", ")}]`, [plan.child], plan.columns);
      }
      case "toDF":
        return this.#unresolved(`UnresolvedSubqueryColumnAliases [${plan.names.join(", ")}]`, [plan.child]);
      case "toSchema":
        return this.#unresolved(`Project [${fieldList(plan.schema.fields.map(({ name }) => `'${name}`))}]`, [plan.child]);
      case "filter":
        return this.#over(`Filter ${this.#text(plan.condition)}`, [plan.child], [plan.condition]);
      case "having":
        return this.#unresolved(`UnresolvedHaving ${this.#text(plan.condition)}`, [plan.child], [plan.condition]);
      case "qualify":
        return this.#unresolved(`UnresolvedQualify ${this.#text(plan.condition)}`, [plan.child], [plan.condition]);
      case "aggregate": {
        const keys = plan.keyed === true && plan.grouping.kind !== "all" ? plan.grouping.expressions : [];
        const results = [...keys, ...plan.aggregates];
        const grouping = this.#grouping(plan.grouping);
        const text = `Aggregate ${grouping === "" ? "" : `[${grouping}], `}${this.#columns(results)}`;
        return this.#unresolved(text, [plan.child], results);
      }
      case "pipeAggregate": {
        const results = [...plan.keys, ...plan.aggregates];
        return this.#unresolved(`Aggregate ${this.#list(plan.keys)}, ${this.#columns(results)}`, [plan.child], results);
      }
      case "pivot":
        return this.#pivot(plan);
      case "unpivot":
        return this.#unpivot(plan);
      case "join":
        return this.#join(plan);
      case "setOperation": {
        const { operation, all, byName, allowMissingColumns } = plan;
        const sides = [plan.left, plan.right];
        if (operation !== "union") {
          return this.#unresolved(`${operation === "intersect" ? "Intersect" : "Except"}${all ? " All" : ""} ${all}`, sides);
        }
        const union = this.#over(`Union ${byName}, ${allowMissingColumns}`, sides);
        return all ? union : above("Distinct", union);
      }
      case "sort": {
        const order = plan.order.map((each) => expressions.key(each));
        return this.#over(`Sort [${order.join(", ")}], ${plan.global}`, [plan.child], plan.order);
      }
      case "limit": {
        if (plan.limit.kind === "all") return this.#over("LimitAll", [plan.child]);
        const limit = this.#text(plan.limit);
        return above(`GlobalLimit ${limit}`, this.#over(`LocalLimit ${limit}`, [plan.child], [plan.limit]));
      }
      case "offset":
        return this.#over(`Offset ${this.#text(plan.offset)}`, [plan.child], [plan.offset]);
      case "tail":
        return this.#over(`Tail ${plan.limit}`, [plan.child]);
      case "distinct":
        return this.#over("Distinct", [plan.child]);
      case "dropDuplicates":
        return this.#unresolved(
          plan.columns === null ? "Deduplicate" : `Deduplicate [${plan.columns.map((name) => `'${name}`).join(", ")}]`,
          [plan.child],
        );
      case "alias": {
        const { child, columns } = plan;
        const line = this.line(child);
        const named =
          columns !== undefined && child.kind === "tableFunction"
            ? { ...above(`UnresolvedTVFAliases [${this.#functionName(child)}], [${columns.join(", ")}]`, line), resolved: false }
            : this.#withNames(columns, line);
        return above(`SubqueryAlias ${plan.name}`, named);
      }
      case "with":
        return this.#with(plan.ctes, plan.child);
      case "windows": {
        const windows = Object.entries(plan.windows).map(([name, window]) => {
          const { reference } = window;
          const meant = reference === undefined ? window : (plan.windows[reference] ?? window);
          return `${name}=${expressions.window(meant)}`;
        });
        return this.#unresolved(`WithWindowDefinition [${windows.join(", ")}], false`, [plan.child]);
      }
      case "lateralView": {
        const columns = plan.columns.map((name) => `'${name}`).join(", ");
        const text = `Generate ${this.#text(plan.generator)}, ${plan.outer}, ${plan.table}, [${columns}]`;
        return this.#unresolved(text, [plan.child], [plan.generator]);
      }
      case "sample": {
        const { lower, upper, withReplacement, seed } = plan;
        const numbers = [lower, upper].map((number) => (Number.isInteger(number) ? number.toFixed(1) : String(number)));
        const method = withReplacement ? "Poisson" : "Bernoulli";
        const parts = [...numbers, withReplacement, ...(seed === undefined ? [] : [seed]), method];
        return this.#over(`Sample ${parts.join(", ")}`, [plan.child]);
      }
      case "repartition": {
        const { how, by, numPartitions } = plan;
        if (how === "coalesce") return this.#over(`Repartition ${numPartitions}, false`, [plan.child]);
        if (how === "roundRobin") return this.#over(`Repartition ${numPartitions ?? ""}, true`, [plan.child]);
        const name = how === "rebalance" ? "RebalancePartitions" : "RepartitionByExpression";
        const count = numPartitions === undefined ? "" : `, ${numPartitions}`;
        return this.#over(`${name} ${this.#list(by)}${count}`, [plan.child], by);
      }
      case "hint":
        return this.#over(
          `UnresolvedHint ${plan.name}${plan.args.length > 0 ? `, ${this.#list(plan.args)}` : ""}`,
          [plan.child],
          plan.args,
        );
      case "mapBatches":
        return this.#over(`MapBatches ${plan.fn.name}, ${this.#schema(plan.schema)}`, [plan.child]);
      case "appendColumns":
        return this.#over(
          `AppendColumns ${plan.program}, ${this.#list(plan.inputs)}, ${this.#schema(plan.outputs)}`,
          [plan.child],
          plan.inputs,
        );
      case "applyInGroups":
        return this.#unresolved(
          `ApplyInGroups ${this.#list(plan.grouping)}, ${plan.fn.name}, ${this.#schema(plan.schema)}`,
          [plan.child],
          plan.grouping,
        );
      case "cogroup":
        return this.#unresolved(
          `Cogroup ${this.#list(plan.leftGrouping)}, ${this.#list(plan.rightGrouping)}, ${plan.fn.name}, ${this.#schema(plan.schema)}`,
          [plan.left, plan.right],
        );
      case "observe":
        return this.#unresolved(`CollectMetrics ${plan.name}, ${this.#columns(plan.metrics)}`, [plan.child], plan.metrics);
      case "scriptTransform": {
        const output = plan.schema === null ? "[key, value]" : this.#schema(plan.schema);
        return this.#unresolved(`ScriptTransformation ${plan.command}, ${output}`, [plan.child]);
      }
      default:
        return unreachable(plan);
    }
  }

  #text(expression: UnresolvedExpression): string {
    return this.expressions.text(expression);
  }

  #list(expressions: readonly UnresolvedExpression[]): string {
    return `[${fieldList(expressions.map((each) => this.#text(each)))}]`;
  }

  #columns(expressions: readonly UnresolvedExpression[]): string {
    return `[${fieldList(expressions.map((each) => this.expressions.column(each)))}]`;
  }

  #attribute(name: string): string {
    return `${name}#${this.expressions.number()}`;
  }

  #schema({ fields }: { readonly fields: readonly { readonly name: string }[] }): string {
    return `[${fieldList(fields.map(({ name }) => this.#attribute(name)))}]`;
  }

  /** An operator over its children, resolved where all that it is made of is. */
  #over(text: string, plans: readonly UnresolvedPlan[], expressions: readonly UnresolvedExpression[] = []): Line {
    const children = plans.map((each) => this.line(each));
    const resolved = children.every((each) => each.resolved) && expressions.every(isSettled);
    return { text, resolved, children, inner: this.#subqueries(expressions) };
  }

  #unresolved(text: string, plans: readonly UnresolvedPlan[], expressions: readonly UnresolvedExpression[] = []): Line {
    return { ...this.#over(text, plans, expressions), resolved: false };
  }

  #withNames(names: readonly string[] | undefined, child: Line): Line {
    return names === undefined
      ? child
      : { text: `UnresolvedSubqueryColumnAliases [${names.join(", ")}]`, resolved: false, children: [child], inner: [] };
  }

  #subqueries(expressions: readonly UnresolvedExpression[]): readonly Line[] {
    return expressions.flatMap((each) => plansIn(each)).map((plan) => this.line(plan));
  }

  #grouping(grouping: Grouping): string {
    switch (grouping.kind) {
      case "all":
        return "'ALL";
      case "by":
        return fieldList(grouping.expressions.map((each) => this.expressions.key(each)));
      case "sets": {
        const { form = "groupingsets", expressions } = grouping;
        const sets = writtenSets(grouping);
        let count = 0;
        const numbers = sets.map((set) => `Vector(${set.map(() => count++).join(", ")})`);
        const mentioned = sets.flat().map((i) => this.#text(expressions[i] as UnresolvedExpression));
        return `${form}(${[...numbers, ...mentioned].join(", ")})`;
      }
      default:
        return unreachable(grouping);
    }
  }

  #functionName({ fn, name }: Extract<UnresolvedPlan, { kind: "tableFunction" }>): string {
    return fn?.name ?? (isExpression(name) ? this.#text(name) : name.join("."));
  }

  #tableFunction(plan: Extract<UnresolvedPlan, { kind: "tableFunction" }>): Line {
    const { args, argNames = [], tables = [] } = plan;
    const texts = args.map((arg, i) => {
      const given = argNames[i] ?? null;
      const isTable = tables.some(({ position }) => position === i);
      const text = isTable ? `table-argument#${this.expressions.number()} []` : this.#text(arg);
      return given === null ? text : `${given} => ${text}`;
    });
    const inner = [...tables.map((table) => this.line(table.plan)), ...this.#subqueries(args)];
    return { ...leaf(`UnresolvedTableValuedFunction [${this.#functionName(plan)}], [${texts.join(", ")}], false`), inner };
  }

  #inlineTable({ names, rows }: Extract<UnresolvedPlan, { kind: "inlineTable" }>): Line {
    const columns = names ?? (rows[0] ?? []).map((_, i) => `col${i + 1}`);
    if (rows.flat().every(isSettled)) {
      return { ...leaf(`LocalRelation [${fieldList(columns.map((name) => this.#attribute(name)))}]`), resolved: true };
    }
    return leaf(`UnresolvedInlineTable [${columns.join(", ")}], [${rows.map((row) => this.#list(row)).join(", ")}]`);
  }

  #pivot({ child, grouping, column, values, aggregates }: Extract<UnresolvedPlan, { kind: "pivot" }>): Line {
    const row = (parts: readonly UnresolvedExpression[]): string =>
      this.#text(
        parts.length === 1 ? (parts[0] as UnresolvedExpression) : { kind: "call", name: ["struct"], args: parts, operator: true },
      );
    const parts = [
      ...(grouping === null ? [] : [`List(${grouping.map((each) => this.#text(each)).join(", ")})`]),
      row(column),
      this.#list(values ?? []),
      this.#list(aggregates),
    ];
    return this.#unresolved(`Pivot ${parts.join(", ")}`, [child], aggregates);
  }

  #unpivot(plan: Extract<UnresolvedPlan, { kind: "unpivot" }>): Line {
    const { ids, values, variableName, valueNames, includeNulls } = plan;
    const listed = (expressions: readonly UnresolvedExpression[]): string =>
      `List(${expressions.map((each) => this.#text(each)).join(", ")})`;
    const aliases = values?.map(({ alias }) => (alias === null ? "None" : `Some(${alias})`)) ?? [];
    const parts = [
      ...(ids === null ? [] : [listed(ids)]),
      `List(${(values ?? []).map(({ columns }) => listed(columns)).join(", ")})`,
      ...(aliases.some((alias) => alias !== "None") ? [`List(${aliases.join(", ")})`] : []),
      variableName,
      `[${valueNames.join(", ")}]`,
    ];
    const unpivot = this.#unresolved(`Unpivot ${parts.join(", ")}`, [plan.child]);
    if (includeNulls) return unpivot;
    return above(`Filter isnotnull(coalesce(${valueNames.map((name) => `'${name}`).join(", ")}))`, unpivot);
  }

  #join(plan: Extract<UnresolvedPlan, { kind: "join" }>): Line {
    const { left, right, condition, using, natural, lateral } = plan;
    const type = joinTypeName(plan.type);
    const name =
      natural === true ? `NaturalJoin(${type})` : using === undefined ? type : `UsingJoin(${type}, [${using.join(", ")}])`;
    const conditions = condition === undefined ? [] : [condition];
    const on = conditions.map((each) => `, ${this.#text(each)}`).join("");
    if (lateral !== true) return this.#unresolved(`Join ${name}${on}`, [left, right], conditions);
    const subquery = `lateral-subquery#${this.expressions.number()} []`;
    return {
      text: `LateralJoin ${subquery}, ${name}${on}`,
      resolved: false,
      children: [this.line(left)],
      inner: [this.line(right), ...this.#subqueries(conditions)],
    };
  }

  #with(ctes: readonly Cte[], child: UnresolvedPlan): Line {
    const inner = ctes.map(({ name, columns, plan }) =>
      above(`SubqueryAlias ${name}`, this.#withNames(columns, this.line(plan))),
    );
    const text = `CTE [${ctes.map(({ name }) => name).join(", ")}]`;
    // Spark does not mark it.
    return { text, resolved: true, children: [this.line(child)], inner };
  }
}

/** The elements of ROLLUP and CUBE, or the sets of GROUPING SETS. */
function writtenSets({ form, sets }: Extract<Grouping, { kind: "sets" }>): readonly (readonly number[])[] {
  switch (form) {
    case "rollup":
      // (a, b), (a), (): each set is without the last element of the one before it.
      return sets
        .slice(0, -1)
        .map((set, i) => set.slice(sets[i + 1]?.length))
        .reverse();
    case "cube":
      // The elements that a set has are the bits of its place, counted from the last.
      return sets.filter((_, i) => Number.isInteger(Math.log2(sets.length - 1 - i)));
    default:
      return sets;
  }
}

function leaf(text: string): Line {
  return { text, resolved: false, children: [], inner: [] };
}

/** An operator that has nothing of its own to look up. */
function above(text: string, child: Line): Line {
  return { text, resolved: child.resolved, children: [child], inner: [] };
}

function splits(numPartitions: number | undefined): string {
  return numPartitions === undefined ? "" : `, splits=Some(${numPartitions})`;
}

function isExpression(name: readonly string[] | UnresolvedExpression): name is UnresolvedExpression {
  return !Array.isArray(name);
}

function isSettled(expression: UnresolvedExpression): boolean {
  return settledType(expression) !== null;
}

/** Plans of subqueries in an expression, in the order in which they were written. */
function plansIn(expression: UnresolvedExpression): readonly UnresolvedPlan[] {
  const found: UnresolvedPlan[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
    const { kind, plan } = value as { readonly kind?: unknown; readonly plan?: UnresolvedPlan };
    if (plan !== undefined && (kind === "scalarSubquery" || kind === "exists" || kind === "inSubquery")) {
      if (kind === "inSubquery") visit((value as { readonly values?: unknown }).values);
      found.push(plan);
      return;
    }
    for (const [key, part] of Object.entries(value)) if (key !== "at" && key !== "type" && key !== "fn") visit(part);
  };
  visit(expression);
  return found;
}
