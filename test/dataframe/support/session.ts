/** Plans from SQL text without a session: relations of the test, settings of the test, ids from 1. */
import "../../../src/dataframe/functions";
import type { StructField } from "../../../src/columnar/types";
import type { BoxedRow } from "../../../src/columnar/vector";
import { analyze } from "../../../src/dataframe/analysis/analyze";
import type { AnalysisContext } from "../../../src/dataframe/analysis/context";
import { foldExpression } from "../../../src/dataframe/expressions/fold";
import { builtins } from "../../../src/dataframe/functions";
import type { Expression } from "../../../src/dataframe/expressions/expression";
import type { LogicalPlan } from "../../../src/dataframe/logical/plan";
import type { OptimizerContext } from "../../../src/dataframe/optimizer/context";
import { optimize } from "../../../src/dataframe/optimizer/optimize";
import type { PlanServices } from "../../../src/dataframe/physical/services";
import type { SqlSettings } from "../../../src/dataframe/settings";
import type { Relation } from "../../../src/dataframe/sources/relation";
import { parseQuery } from "../../../src/dataframe/sql/parse";
import { parseTableSchema } from "../../../src/dataframe/sql/parse-type";

export interface TestTable {
  readonly relation: Relation;
  readonly rows?: readonly BoxedRow[];
}

export class TestSession {
  readonly settings: SqlSettings;
  readonly changes: string[] = [];
  #lastId = 0;

  constructor(
    private readonly table: (name: string) => Relation | null,
    conf: Readonly<Record<string, string>> = {},
  ) {
    this.settings = {
      ansi: true,
      timeZone: "UTC",
      caseSensitive: false,
      now: 1_700_000_000_000_000,
      currentUser: "user",
      currentCatalog: "spark_catalog",
      currentDatabase: "default",
      conf,
    };
  }

  nextId = (): number => ++this.#lastId;

  analyzed(sql: string): LogicalPlan {
    return analyze(parseQuery(sql), this.#analysis());
  }

  get optimizer(): OptimizerContext {
    return {
      settings: this.settings,
      nextId: this.nextId,
      changed: (rule) => void this.changes.push(rule),
    };
  }

  optimized(sql: string): LogicalPlan {
    return optimize(this.analyzed(sql), this.optimizer);
  }

  /** `splits`: tasks of each scan. */
  services(splits = 4, parallelism = 4): PlanServices {
    return {
      nextId: this.nextId,
      parallelism,
      splits: () => Array.from({ length: splits }, (_, i) => [i]),
      partitionsOf: () => 1,
      isSet: (key) => key in this.settings.conf,
    };
  }

  #analysis(): AnalysisContext {
    return {
      settings: this.settings,
      functions: builtins,
      nextId: this.nextId,
      relation: (name: readonly string[]) => {
        const relation = this.table(name[name.length - 1] as string);
        return relation === null ? null : { kind: "table", name: ["spark_catalog", "default", relation.name], relation };
      },
      read: () => {
        throw new Error("No files here.");
      },
      isFileFormat: () => false,
      routine: () => null,
      variable: () => null,
      evaluate: (expression: Expression) => foldExpression(expression, this.settings),
    } as unknown as AnalysisContext;
  }
}

/** Tables by name: a schema as text ("a INT NOT NULL, b STRING") and how many rows. */
export function tables(
  spec: Readonly<Record<string, string | readonly [schema: string, rows: number]>>,
): (name: string) => Relation | null {
  return (name) => {
    const found = spec[name];
    if (found === undefined) return null;
    const [schema, rows] = typeof found === "string" ? [found, 1000] : found;
    const fields: readonly StructField[] = parseTableSchema(schema).fields;
    return {
      format: "parquet",
      name,
      schema: { kind: "struct", fields },
      partitionColumns: fields.flatMap((field) => (field.name.startsWith("p_") ? [field.name] : [])),
      options: {},
      files: null,
      statistics: { sizeInBytes: rows * 10 * fields.length, rowCount: rows, columns: {} },
    };
  };
}
