/** A session whose port answers from a table of results: what plans the API makes, in what order it calls. */
import { batchOfBoxed } from "../../../src/columnar/batch";
import type { Boxed, StructType } from "../../../src/columnar/types";
import type { QueryPort, WriteSpec } from "../../../src/dataframe/api/query-port";
import { SessionCore } from "../../../src/dataframe/api/session-core";
import { SparkSession } from "../../../src/dataframe/api/spark-session";
import type { Statement } from "../../../src/dataframe/syntax/command";
import type { UnresolvedPlan } from "../../../src/dataframe/syntax/plan";

export interface FakeSession {
  readonly spark: SparkSession;
  /** Plans that were collected, without places and ids. */
  readonly collected: UnresolvedPlan[];
  readonly statements: Statement[];
  readonly written: WriteSpec[];
  readonly calls: string[];
}

/** Without places and numbers of DataFrames, which tests do not care for. */
export function bare<T>(node: T): T {
  return JSON.parse(
    JSON.stringify(node, (key, value: unknown) =>
      key === "at" || key === "planId" ? undefined : typeof value === "bigint" ? `${value}n` : value,
    ),
  ) as T;
}

export function fakeSession(schema: StructType, rows: readonly (readonly Boxed[])[]): FakeSession {
  const fake: Omit<FakeSession, "spark"> = { collected: [], statements: [], written: [], calls: [] };
  let planIds = 0;
  const conf = new Map<string, string>([["spark.sql.session.timeZone", "UTC"]]);
  const batches = [
    batchOfBoxed(
      rows,
      schema.fields.map((field) => field.type),
    ),
  ];
  const port = {
    context: { assertRunning: () => undefined, callSite: () => "app.ts:1:2" },
    conf: {
      find: (key: string) => conf.get(key),
      set: (key: string, value: string) => void conf.set(key, value),
      unset: (key: string) => void conf.delete(key),
      isModifiable: (key: string) => key.startsWith("spark.sql."),
      getAll: () => Object.fromEntries(conf),
    },
    nextPlanId: () => ++planIds,
    settings: () => ({ timeZone: "UTC", conf: {} }),
    schema: async () => schema,
    collect: async (plan: UnresolvedPlan, call: { scope: string; site: string }) => {
      fake.collected.push(bare(plan));
      fake.calls.push(`${call.scope} at ${call.site}`);
      return { schema, batches };
    },
    execute: async (statement: Statement): Promise<UnresolvedPlan> => {
      fake.calls.push(`begin ${statement.kind}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      fake.statements.push(bare(statement));
      fake.calls.push(`end ${statement.kind}`);
      if (statement.kind === "dropTable") throw new Error("no such table");
      return { kind: "table", name: ["result_of", statement.kind] };
    },
    write: async (_plan: UnresolvedPlan, spec: WriteSpec) => void fake.written.push(spec),
    createTempView: async (name: string) => void fake.calls.push(`view ${name}`),
    explain: async () => "plan",
  };
  const spark = new SparkSession(new SessionCore(port as unknown as QueryPort, null));
  return { ...fake, spark };
}
