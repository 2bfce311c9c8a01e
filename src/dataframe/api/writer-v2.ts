/** Writing into tables by statements: writeTo and mergeInto. */
import { UsageError } from "../../common/errors";
import { AnalysisError } from "../errors";
import type { Assignment, MergeAction, MergeClause, Partitioning, Statement, TableSpec } from "../syntax/command";
import type { UnresolvedExpression } from "../syntax/expression";
import { withoutTransforms } from "../syntax/partition-transforms";
import type { UnresolvedPlan } from "../syntax/plan";
import { checkedColumn, nameParts, valueExpression } from "./column";
import type { Column, ColumnOrName } from "./column";
import type { DataFrame } from "./dataframe";
import type { OptionValue } from "./writer";

/** The DataFrame as the query of a statement: it has no text. */
function body(plan: UnresolvedPlan): { readonly sql: string; readonly tree: UnresolvedPlan } {
  return { sql: "", tree: plan };
}

async function run(df: DataFrame, scope: string, statement: (plan: UnresolvedPlan) => Statement): Promise<void> {
  const { core } = df.sparkSession;
  core.port.context.assertRunning(scope);
  await core.change(async () => {
    await core.port.execute(statement(await core.completeInside(df.plan)));
  });
}

/** Made by `df.writeTo(table)`. */
export class DataFrameWriterV2 {
  readonly #table: readonly string[];
  #provider: string | null = null;
  readonly #options: Record<string, string> = {};
  readonly #properties: Record<string, string> = {};
  #partitioning: readonly Partitioning[] = [];
  #clusterBy: readonly (readonly string[])[] | null = null;

  constructor(
    private readonly df: DataFrame,
    table: string,
  ) {
    this.#table = nameParts(table);
  }

  /** The source of a table that is created. */
  using(provider: string): this {
    this.#provider = provider;
    return this;
  }
  /** An option of the table's source; the last value of a key counts. */
  option(key: string, value: OptionValue): this {
    this.#options[key] = String(value);
    return this;
  }
  /** Several options by their keys. */
  options(options: Readonly<Record<string, OptionValue>>): this {
    for (const [key, value] of Object.entries(options)) this.option(key, value);
    return this;
  }
  /** A property of a table that is created. */
  tableProperty(key: string, value: string): this {
    this.#properties[key] = value;
    return this;
  }
  /** Columns, or functions.years(…) and its kin. */
  partitionedBy(...columns: readonly ColumnOrName[]): this {
    this.#partitioning = columns.map((column): Partitioning => {
      const expression = checkedColumn("partitionedBy", column);
      if (expression.kind === "name") return { kind: "column", name: expression.parts };
      if (expression.kind === "call") return { kind: "transform", name: expression.name.at(-1)!, args: expression.args };
      throw new UsageError("INVALID_ARGUMENT", "partitionedBy takes columns and partitioning functions.");
    });
    return this;
  }
  /** Columns by whose values the rows of a created table are to lie together. */
  clusterBy(...columns: readonly string[]): this {
    this.#clusterBy = columns.map(nameParts);
    return this;
  }

  #create(how: { readonly orReplace: boolean; readonly replace: boolean }): Promise<void> {
    return run(this.df, "writeTo", (plan) => {
      const spec: TableSpec = {
        columns: [],
        constraints: [],
        ...withoutTransforms(
          { partitioning: this.#partitioning },
          (errorClass, parameters) => new AnalysisError(errorClass, parameters),
        ),
        options: this.#options,
        properties: this.#properties,
        ...(this.#provider !== null && { provider: [this.#provider] }),
        ...(this.#clusterBy !== null && { clusterBy: this.#clusterBy }),
      };
      return {
        kind: "createTable",
        name: this.#table,
        ifNotExists: false,
        external: false,
        temporary: false,
        ...how,
        spec,
        query: body(plan),
      };
    });
  }

  /** A new table; an error where there is one. */
  create(): Promise<void> {
    return this.#create({ orReplace: false, replace: false });
  }
  /** In place of a table that there must be. */
  replace(): Promise<void> {
    return this.#create({ orReplace: false, replace: true });
  }
  /** A new table, or in place of the one that there is. */
  createOrReplace(): Promise<void> {
    return this.#create({ orReplace: true, replace: false });
  }

  #insert(how: Partial<Extract<Statement, { kind: "insert" }>>): Promise<void> {
    return run(this.df, "writeTo", (query) => ({
      kind: "insert",
      table: this.#table,
      overwrite: false,
      partition: [],
      ifPartitionNotExists: false,
      columns: null,
      byName: true,
      options: this.#options,
      ...how,
      query,
    }));
  }

  /** Adds rows, columns by name. */
  append(): Promise<void> {
    return this.#insert({});
  }
  /** In place of the rows for which the condition holds. */
  overwrite(condition: Column): Promise<void> {
    return this.#insert({ overwrite: true, replaceWhere: condition.expression });
  }
  /** In place of the partitions that get rows. */
  overwritePartitions(): Promise<void> {
    return this.#insert({ overwrite: true });
  }
}

/** Made by `df.mergeInto(table, condition)`. Clauses are tried in their order. */
export class MergeIntoWriter {
  readonly #clauses: MergeClause[] = [];
  #schemaEvolution = false;

  constructor(
    private readonly df: DataFrame,
    private readonly table: string,
    private readonly condition: Column,
  ) {}

  /** For rows of the table that match one of these. */
  whenMatched(condition?: Column): WhenMatched {
    return this.#changing("matched", condition);
  }
  /** For these rows, where the table has none that matches. */
  whenNotMatched(condition?: Column): WhenNotMatched {
    const add = (assignments: readonly Assignment[] | null): this =>
      this.#add("notMatched", condition, { kind: "insert", assignments });
    return { insertAll: () => add(null), insert: (values) => add(assignmentsOf(values)) };
  }
  /** For rows of the table that match none of these. */
  whenNotMatchedBySource(condition?: Column): WhenMatched {
    return this.#changing("notMatchedBySource", condition);
  }

  #changing(when: MergeClause["when"], condition: Column | undefined): WhenMatched {
    return {
      updateAll: () => this.#add(when, condition, { kind: "update", assignments: null }),
      update: (values) => this.#add(when, condition, { kind: "update", assignments: assignmentsOf(values) }),
      delete: () => this.#add(when, condition, { kind: "delete" }),
    };
  }

  #add(when: MergeClause["when"], condition: Column | undefined, action: MergeAction): this {
    this.#clauses.push({ when, condition: condition?.expression ?? null, action });
    return this;
  }

  withSchemaEvolution(): this {
    this.#schemaEvolution = true;
    return this;
  }

  /** Carries it out. */
  async merge(): Promise<void> {
    if (this.#clauses.length === 0)
      throw new UsageError("NO_MERGE_ACTION_SPECIFIED", "mergeInto needs at least one when… clause.");
    await run(this.df, "mergeInto", (source) => ({
      kind: "merge",
      target: { kind: "table", name: nameParts(this.table) },
      source,
      condition: this.condition.expression,
      clauses: this.#clauses,
      schemaEvolution: this.#schemaEvolution,
    }));
  }
}

export interface WhenMatched {
  updateAll(): MergeIntoWriter;
  update(values: Readonly<Record<string, Column>>): MergeIntoWriter;
  delete(): MergeIntoWriter;
}

export interface WhenNotMatched {
  insertAll(): MergeIntoWriter;
  insert(values: Readonly<Record<string, Column>>): MergeIntoWriter;
}

function assignmentsOf(values: Readonly<Record<string, Column>>): readonly Assignment[] {
  return Object.entries(values).map(([name, value]): Assignment => {
    const expression: UnresolvedExpression = valueExpression(value);
    return { target: nameParts(name), value: expression };
  });
}
