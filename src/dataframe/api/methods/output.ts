/** Views of a DataFrame, tables that it is written to, and metrics of its rows. */
import { UsageError } from "../../../common/errors";
import type { Column } from "../column";
import type { DataFrame } from "../dataframe";
import { located } from "../located";
import type { Observation } from "../observation";
import { DataFrameWriterV2, MergeIntoWriter } from "../writer-v2";
import type { AnyColumns, Columns } from "../../types/typed-columns";

export interface OutputMethods<S extends Columns> {
  /** A temporary view of this session; an error where there is one of that name. */
  createTempView(name: string): Promise<void>;

  /** A temporary view of this session, in place of one of that name. */
  createOrReplaceTempView(name: string): Promise<void>;

  /** A view `global_temp.name` of all sessions. */
  createGlobalTempView(name: string): Promise<void>;
  createOrReplaceGlobalTempView(name: string): Promise<void>;
  registerTempTable(name: string): Promise<void>;

  /** Writes into a table by its name: `df.writeTo("t").append()`. */
  writeTo(table: string): DataFrameWriterV2;

  /** Changes a table by these rows: `df.mergeInto("t", condition).whenMatched().delete().merge()`. */
  mergeInto(table: string, condition: Column): MergeIntoWriter;

  /** Metrics over the rows that pass, under a name or an Observation, which has them when an action has ended. */
  observe(observation: Observation | string, ...metrics: readonly Column[]): DataFrame<S>;
}

export const outputMethods: OutputMethods<AnyColumns> & ThisType<DataFrame> = {
  createTempView(name) {
    return createView(this, name, { global: false, replace: false });
  },
  createOrReplaceTempView(name) {
    return createView(this, name, { global: false, replace: true });
  },
  createGlobalTempView(name) {
    return createView(this, name, { global: true, replace: false });
  },
  createOrReplaceGlobalTempView(name) {
    return createView(this, name, { global: true, replace: true });
  },
  registerTempTable(name) {
    return this.createOrReplaceTempView(name);
  },
  writeTo(table) {
    return new DataFrameWriterV2(this, table);
  },
  mergeInto(table, condition) {
    return new MergeIntoWriter(this, table, condition);
  },
  observe(observation, ...metrics) {
    if (metrics.length === 0) throw new UsageError("INVALID_ARGUMENT", "observe needs at least one metric.");
    const name = typeof observation === "string" ? observation : observation.attach(this.sparkSession.core);
    return this.derive("observe", (at) => ({
      kind: "observe",
      child: this.plan,
      name,
      metrics: metrics.map((metric) => located(metric.expression, at)),
    }));
  },
};

function createView(df: DataFrame, name: string, how: { readonly global: boolean; readonly replace: boolean }): Promise<void> {
  const { core } = df.sparkSession;
  core.port.context.assertRunning("createTempView");
  return core.change(async () => core.port.createTempView(name, await core.completeInside(df.plan), how));
}
