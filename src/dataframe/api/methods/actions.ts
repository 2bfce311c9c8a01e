/** What runs the query of a DataFrame and gives its rows. */
import type * as Arrow from "apache-arrow";
import { UsageError } from "../../../common/errors";
import type { Awaitable, RDD } from "../../../rdd";
import { toArrowTable } from "../../arrow/to-arrow";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { UnresolvedPlan } from "../../syntax/plan";
import type { Row } from "../../types/row";
import type { DataFrame } from "../dataframe";
import { literalOf } from "../literal";
import { boxedRowsOf, rowReader } from "../results";
import type { QueryOptions } from "../session-core";
import { showText } from "../show";
import type { AnyColumns, Columns, RowOf } from "../../types/typed-columns";

/** The arguments of show by name. */
export interface ShowArguments {
  readonly n?: number;
  readonly truncate?: boolean | number;
  readonly vertical?: boolean;
}

export interface ActionMethods<S extends Columns> {
  /** All rows. They are in this process's memory then: for many rows toLocalIterator or foreachPartition are better. */
  collect(options?: QueryOptions): Promise<RowOf<S>[]>;

  /** The number of rows. */
  count(options?: QueryOptions): Promise<number>;

  /** The first rows; without a number the first row, or null. */
  head(): Promise<RowOf<S> | null>;
  head(n: number): Promise<RowOf<S>[]>;
  first(options?: QueryOptions): Promise<RowOf<S> | null>;
  take(n: number, options?: QueryOptions): Promise<RowOf<S>[]>;

  /** The last `n` rows. */
  tail(n: number, options?: QueryOptions): Promise<RowOf<S>[]>;
  isEmpty(options?: QueryOptions): Promise<boolean>;

  /** The rows one after the other; of the partitions only what is being read is in memory. */
  toLocalIterator(options?: QueryOptions): AsyncGenerator<RowOf<S>, void, undefined>;

  /** All rows as an Arrow table. */
  toArrow(options?: QueryOptions): Promise<Arrow.Table>;

  /** The first rows, 20 unless said, as a table of text, as show prints it. */
  showString(n?: number | ShowArguments, truncate?: boolean | number | ShowArguments, vertical?: boolean): Promise<string>;

  /**
   * Prints the first rows as a table: `n` rows, cells cut to `truncate` characters (20; false: not cut), or one line a column.
   * `show({ truncate: false })` and `show(5, { vertical: true })` name what differs.
   */
  show(n?: number | ShowArguments, truncate?: boolean | number | ShowArguments, vertical?: boolean): Promise<void>;

  /** The rows as JSON text, one by one. */
  toJSON(): RDD<string>;

  /** Calls a function with each row, in tasks. */
  foreach(f: (row: RowOf<S>) => Awaitable<unknown>): Promise<void>;

  /** Calls a function with an iterator over each partition's rows, in tasks. */
  foreachPartition(f: (rows: IterableIterator<RowOf<S>>) => Awaitable<unknown>): Promise<void>;
}

export const actionMethods: ActionMethods<AnyColumns> & ThisType<DataFrame> = {
  async collect(options) {
    return collect(this, "collect", this.plan, options);
  },
  async count(options) {
    const one: UnresolvedExpression = { kind: "call", name: ["count"], args: [literalOf(1)] };
    const aggregates: UnresolvedExpression[] = [{ kind: "alias", child: one, names: ["count"] }];
    const plan: UnresolvedPlan = { kind: "aggregate", child: this.plan, grouping: { kind: "by", expressions: [] }, aggregates };
    const [row] = await collect(this, "count", plan, options);
    return Number(row!.get(0));
  },
  async head(n?: number): Promise<never> {
    const rows = await collect(this, "head", limited(this, n ?? 1));
    return (n === undefined ? (rows[0] ?? null) : rows) as never;
  },
  async first(options) {
    return (await collect(this, "first", limited(this, 1), options))[0] ?? null;
  },
  async take(n, options) {
    return collect(this, "take", limited(this, n), options);
  },
  async tail(n, options) {
    if (!Number.isInteger(n) || n < 0) throw new UsageError("INVALID_ARGUMENT", "tail: the number of rows is an integer from 0.");
    return collect(this, "tail", { kind: "tail", child: this.plan, limit: n }, options);
  },
  async isEmpty(options) {
    const plan: UnresolvedPlan = { kind: "project", child: limited(this, 1), expressions: [literalOf(1)] };
    return (await collect(this, "isEmpty", plan, options)).length === 0;
  },
  async *toLocalIterator(options) {
    const { core } = this.sparkSession;
    const call = core.call("toLocalIterator", options);
    const plan = await core.complete(this.plan);
    const read = rowReader(await core.port.schema(plan), core.port.settings());
    for await (const batch of core.port.stream(plan, call)) yield* read(batch);
  },
  async toArrow(options) {
    const { core } = this.sparkSession;
    const call = core.call("toArrow", options);
    const { schema, batches } = await core.port.collect(await core.complete(this.plan), call);
    return toArrowTable(batches, schema.fields, core.port.settings().timeZone);
  },
  async showString(n = 20, truncate = true, vertical = false) {
    if (typeof n === "object") return this.showString(n.n, n.truncate, n.vertical);
    if (typeof truncate === "object") return this.showString(n, truncate.truncate, truncate.vertical);
    const { core } = this.sparkSession;
    const call = core.call("show");
    const count = Math.max(0, Math.min(n, 2147483646));
    const { schema, batches } = await core.port.collect(await core.complete(limited(this, count + 1)), call);
    const length = typeof truncate === "number" ? truncate : truncate ? 20 : 0;
    return showText(schema, boxedRowsOf(schema, batches), { count, truncate: length, vertical }, core.port.settings());
  },
  async show(n = 20, truncate = true, vertical = false) {
    console.log(await this.showString(n, truncate, vertical));
  },
  toJSON() {
    const json: UnresolvedExpression = {
      kind: "call",
      name: ["to_json"],
      args: [{ kind: "call", name: ["struct"], args: [{ kind: "star", qualifier: [], except: [] }] }],
    };
    const rows = this.derive("toJSON", () => ({
      kind: "project",
      child: this.plan,
      expressions: [{ kind: "alias", child: json, names: ["value"] }],
    }));
    return rows.rdd.map((row) => row.get("value") as string);
  },
  async foreach(f) {
    await this.rdd.foreach(f);
  },
  async foreachPartition(f) {
    await this.rdd.foreachPartition(f as (rows: IterableIterator<Row>) => Awaitable<void>);
  },
};

async function collect(df: DataFrame, scope: string, plan: UnresolvedPlan, options?: QueryOptions): Promise<Row[]> {
  const { core } = df.sparkSession;
  const call = core.call(scope, options);
  const { schema, batches } = await core.port.collect(await core.complete(plan), call);
  return batches.flatMap(rowReader(schema, core.port.settings()));
}

function limited(df: DataFrame, n: number): UnresolvedPlan {
  if (!Number.isInteger(n) || n < 0) throw new UsageError("INVALID_ARGUMENT", "The number of rows is an integer from 0.");
  return { kind: "limit", child: df.plan, limit: literalOf(n, { kind: "int" }) };
}
