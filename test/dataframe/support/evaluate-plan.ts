/**
 * Logical plans carried out one row at a time, in the plainest way: what rewritten plans are held against. Correlated
 * subqueries are evaluated for each row, as SQL describes them.
 */
import type { Boxed } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import { BOOLEAN, literal } from "../../../src/dataframe/expressions/build";
import { compareValues } from "../../../src/dataframe/expressions/compare";
import type {
  AggregateCall,
  Attribute,
  Expression,
  ExprId,
  NamedExpression,
  SortOrder,
} from "../../../src/dataframe/expressions/expression";
import { interpreter } from "../../../src/dataframe/expressions/interpret";
import { mapChildren, sameExpression } from "../../../src/dataframe/expressions/traverse";
import { builtins } from "../../../src/dataframe/functions";
import { outputOf } from "../../../src/dataframe/logical/output";
import type { Aggregate, Join, LogicalPlan } from "../../../src/dataframe/logical/plan";
import { replaceOuterInPlan } from "../../../src/dataframe/optimizer/subqueries/outer-references";
import type { SqlSettings } from "../../../src/dataframe/settings";

export class PlanEvaluator {
  readonly #ctes = new Map<number, readonly BoxedRow[]>();

  constructor(
    private readonly settings: SqlSettings,
    private readonly data: (name: string) => readonly BoxedRow[],
  ) {}

  rows(plan: LogicalPlan): readonly BoxedRow[] {
    switch (plan.kind) {
      case "scan": {
        const rows = this.data(plan.relation.name);
        const places = plan.columns.map(([name]) => plan.relation.schema.fields.findIndex((field) => field.name === name));
        const kept = rows.map((row) => places.map((place) => row[place] as Boxed));
        return plan.partitionFilters.reduce(
          (list, filter) => this.#filter(list, plan.output, filter),
          kept as readonly BoxedRow[],
        );
      }
      case "localRelation":
        return plan.rows;
      case "range": {
        const rows: BoxedRow[] = [];
        for (let i = plan.start; plan.step > 0n ? i < plan.end : i > plan.end; i += plan.step) rows.push([Number(i)]);
        return rows;
      }
      case "project": {
        const child = this.rows(plan.child);
        return this.#project(child, outputOf(plan.child), plan.expressions);
      }
      case "filter":
        return this.#filter(this.rows(plan.child), outputOf(plan.child), plan.condition);
      case "join":
        return this.#join(plan);
      case "aggregate":
        return this.#aggregate(plan);
      case "distinct":
        return distinct(this.rows(plan.child), outputOf(plan.child));
      case "union":
        return plan.children.flatMap((child) => this.rows(child));
      case "setOperation": {
        const left = this.rows(plan.left);
        const right = new Map<string, number>();
        for (const row of this.rows(plan.right)) right.set(keyOf(row), (right.get(keyOf(row)) ?? 0) + 1);
        const intersect = plan.operation === "intersect";
        if (!plan.all) return distinct(left, outputOf(plan.left)).filter((row) => right.has(keyOf(row)) === intersect);
        return left.filter((row) => {
          const count = right.get(keyOf(row)) ?? 0;
          if (count > 0) right.set(keyOf(row), count - 1);
          return count > 0 === intersect;
        });
      }
      case "sort":
        return this.#sorted(this.rows(plan.child), outputOf(plan.child), plan.order);
      case "limit": {
        const rows = this.rows(plan.child);
        return rows.slice(plan.offset, plan.limit === null ? undefined : plan.offset + plan.limit);
      }
      case "tail":
        return this.rows(plan.child).slice(-plan.limit);
      case "window":
        return this.#window(plan);
      case "generate": {
        const input = outputOf(plan.child);
        const context = { settings: this.settings, partition: 0, inputFile: () => null };
        const generate = builtins.generator(plan.generator.fn).generate(plan.generator, context);
        const kept = input.flatMap((column, i) => (plan.unrequired.includes(column.id) ? [] : [i]));
        const missing = plan.output.map(() => null);
        return this.rows(plan.child).flatMap((row) => {
          const made = [...generate(...plan.generator.args.map((arg) => this.#value(arg, input, row)))];
          return (made.length === 0 && plan.outer ? [missing] : made).map((each) => [
            ...kept.map((i) => row[i] as Boxed),
            ...each,
          ]);
        });
      }
      case "expand": {
        const columns = outputOf(plan.child);
        return this.rows(plan.child).flatMap((row) =>
          plan.projections.map((items) => items.map((item) => this.#value(item, columns, row))),
        );
      }
      case "subqueryAlias":
      case "hint":
      case "repartition":
        return this.rows(plan.child);
      case "withCte":
        for (const definition of plan.definitions) this.#ctes.set(definition.id, this.rows(definition.plan));
        return this.rows(plan.child);
      case "cteReference":
        return this.#ctes.get(plan.id) as readonly BoxedRow[];
      default:
        throw new Error(`Not evaluated here: ${plan.kind}.`);
    }
  }

  #value(expression: Expression, columns: readonly Attribute[], row: BoxedRow): Boxed {
    const bound = this.#withSubqueries(expression, columns, row);
    return interpreter(bound, columns, { settings: this.settings, partition: 0, inputFile: () => null })(row);
  }

  #withSubqueries(expression: Expression, columns: readonly Attribute[], row: BoxedRow): Expression {
    const ids = new Set<ExprId>(columns.map((column) => column.id));
    const rowOf = (plan: LogicalPlan): readonly BoxedRow[] =>
      this.rows(
        replaceOuterInPlan(plan, ids, (column) =>
          literal(row[columns.findIndex(({ id }) => id === column.id)] as Boxed, column.type),
        ),
      );
    switch (expression.kind) {
      case "scalarSubquery": {
        const rows = rowOf(expression.plan);
        if (rows.length > 1) throw new Error("SCALAR_SUBQUERY_TOO_MANY_ROWS");
        return literal(rows[0]?.[0] ?? null, expression.type);
      }
      case "exists":
        return literal(rowOf(expression.plan).length > 0, BOOLEAN);
      case "inSubquery": {
        const values = expression.values.map((value) => this.#value(value, columns, row));
        let unknown = false;
        for (const other of rowOf(expression.plan)) {
          const results = values.map((value, i) =>
            value === null || other[i] === null
              ? null
              : compareValues((expression.values[i] as Expression).type)(value, other[i] as Boxed) === 0,
          );
          if (results.every((result) => result === true)) return literal(true, BOOLEAN);
          if (!results.includes(false)) unknown = true;
        }
        return literal(unknown ? null : false, BOOLEAN);
      }
      default:
        return mapChildren(expression, (child) => this.#withSubqueries(child, columns, row));
    }
  }

  #project(
    rows: readonly BoxedRow[],
    columns: readonly Attribute[],
    expressions: readonly NamedExpression[],
  ): readonly BoxedRow[] {
    return rows.map((row) => expressions.map((item) => this.#value(item, columns, row)));
  }

  #filter(rows: readonly BoxedRow[], columns: readonly Attribute[], condition: Expression): readonly BoxedRow[] {
    return rows.filter((row) => this.#value(condition, columns, row) === true);
  }

  #join(join: Join): readonly BoxedRow[] {
    const leftColumns = outputOf(join.left);
    const left = this.rows(join.left);
    const ids = new Set<ExprId>(leftColumns.map((column) => column.id));
    const rightFor = (row: BoxedRow): readonly BoxedRow[] =>
      join.lateral !== true
        ? right
        : this.rows(
            replaceOuterInPlan(join.right, ids, (column) =>
              literal(row[leftColumns.findIndex(({ id }) => id === column.id)] as Boxed, column.type),
            ),
          );
    const right = join.lateral === true ? [] : this.rows(join.right);
    const columns = [...leftColumns, ...outputOf(join.right)];
    const nothing = (count: number): BoxedRow => new Array<Boxed>(count).fill(null);
    const matched = new Set<BoxedRow>();
    const result: BoxedRow[] = [];
    for (const a of left) {
      let found = 0;
      let unknown = false;
      for (const b of rightFor(a)) {
        const verdict = join.condition === null ? true : this.#value(join.condition, columns, [...a, ...b]);
        if (verdict === null) unknown = true;
        if (verdict !== true) continue;
        found++;
        matched.add(b);
        if (
          join.type === "inner" ||
          join.type === "cross" ||
          join.type === "left" ||
          join.type === "right" ||
          join.type === "full"
        ) {
          result.push([...a, ...b]);
        }
      }
      if (join.type === "leftSemi" && found > 0) result.push(a);
      if (join.type === "leftAnti" && found === 0) result.push(a);
      if (join.type === "nullAwareAnti" && found === 0 && !unknown) result.push(a);
      if (join.type === "existence") result.push([...a, found > 0]);
      if ((join.type === "left" || join.type === "full") && found === 0)
        result.push([...a, ...nothing(outputOf(join.right).length)]);
    }
    if (join.type === "right" || join.type === "full") {
      for (const b of right) if (!matched.has(b)) result.push([...nothing(leftColumns.length), ...b]);
    }
    return result;
  }

  #aggregate(node: Aggregate): readonly BoxedRow[] {
    const columns = outputOf(node.child);
    const groups = new Map<string, { readonly key: readonly Boxed[]; readonly rows: BoxedRow[] }>();
    for (const row of this.rows(node.child)) {
      const key = node.grouping.map((expression) => this.#value(expression, columns, row));
      const text = keyOf(key);
      const group = groups.get(text);
      if (group === undefined) groups.set(text, { key, rows: [row] });
      else group.rows.push(row);
    }
    if (node.grouping.length === 0 && groups.size === 0) groups.set("", { key: [], rows: [] });
    return [...groups.values()].map(({ key, rows }) => {
      const replace = (expression: Expression): Expression => {
        if (expression.kind === "aggregate") return literal(this.#aggregated(expression, columns, rows), expression.type);
        const place = node.grouping.findIndex((other) => sameExpression(other, expression));
        return place >= 0 ? literal(key[place] as Boxed, expression.type) : mapChildren(expression, replace);
      };
      return node.aggregates.map((item) =>
        this.#value(replace(item.kind === "alias" ? item.child : item), columns, rows[0] ?? []),
      );
    });
  }

  #aggregated(call: AggregateCall, columns: readonly Attribute[], rows: readonly BoxedRow[]): Boxed {
    const context = { settings: this.settings, partition: 0, inputFile: () => null };
    const accumulator = builtins.aggregate(call.fn).accumulator(call, context);
    let state = accumulator.init();
    const seen = new Set<string>();
    for (const row of rows) {
      if (call.filter !== null && this.#value(call.filter, columns, row) !== true) continue;
      const args = call.args.map((arg) => this.#value(arg, columns, row));
      if (call.distinct) {
        if (seen.has(keyOf(args))) continue;
        seen.add(keyOf(args));
      }
      state = accumulator.update(state, args);
    }
    return accumulator.finish(state);
  }

  #sorted(rows: readonly BoxedRow[], columns: readonly Attribute[], order: readonly SortOrder[]): readonly BoxedRow[] {
    const keyed = rows.map((row) => ({ row, key: order.map((item) => this.#value(item.child, columns, row)) }));
    keyed.sort((a, b) => {
      for (const [i, item] of order.entries()) {
        const x = a.key[i] as Boxed;
        const y = b.key[i] as Boxed;
        if (x === null || y === null) {
          if (x !== y) return (x === null) === item.nullsFirst ? -1 : 1;
          continue;
        }
        const sign = compareValues(item.child.type)(x, y);
        if (sign !== 0) return item.ascending ? sign : -sign;
      }
      return 0;
    });
    return keyed.map(({ row }) => row);
  }

  /** row_number, and aggregates over whole partitions or up to the current row. */
  #window(node: Extract<LogicalPlan, { kind: "window" }>): readonly BoxedRow[] {
    const columns = outputOf(node.child);
    const groups = new Map<string, BoxedRow[]>();
    for (const row of this.#sorted(this.rows(node.child), columns, node.orderBy)) {
      const key = keyOf(node.partitionBy.map((expression) => this.#value(expression, columns, row)));
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    return [...groups.values()].flatMap((rows) =>
      rows.map((row, i) => [
        ...row,
        ...node.functions.map(({ call }) => {
          if (call.function.kind === "windowFunction") {
            if (call.function.fn !== "row_number") throw new Error(`Not evaluated here: ${call.function.fn}.`);
            return i + 1;
          }
          const whole = call.frame.end.kind === "unboundedFollowing";
          return this.#aggregated(call.function, columns, whole ? rows : rows.slice(0, i + 1));
        }),
      ]),
    );
  }
}

function keyOf(values: readonly Boxed[]): string {
  return JSON.stringify(values, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value));
}

function distinct(rows: readonly BoxedRow[], _columns: readonly Attribute[]): readonly BoxedRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(keyOf(row)) && seen.add(keyOf(row)));
}

/** Rows as text, sorted where the query gives no order. */
export function rowsText(rows: readonly BoxedRow[], ordered = false): readonly string[] {
  const texts = rows.map(keyOf);
  return ordered ? texts : texts.sort();
}
