/** DataFrameWriter: rows into files of a path, into a new table, into a table that is there. */
import type { Call } from "../../rdd/context-port";
import { UsageError } from "../../common/errors";
import type { WriteSpec } from "../api/query-port";
import { runCommand } from "../catalog/commands/run-command";
import { AnalysisError } from "../errors";
import { sourceNamed } from "../sources/registry";
import type { Statement } from "../syntax/command";
import type { UnresolvedPlan } from "../syntax/plan";
import type { SessionState } from "./session-state";

export async function writePlan(session: SessionState, plan: UnresolvedPlan, spec: WriteSpec, call: Call): Promise<void> {
  switch (spec.kind) {
    case "save": {
      const format = spec.format ?? session.sessionConf.get("spark.sql.sources.default", "parquet");
      const { writer, pathless } = sourceNamed(format);
      if (writer === undefined)
        throw new AnalysisError("UNSUPPORTED_DATA_SOURCE_SAVE_MODE", { source: format, createMode: spec.mode });
      const path = spec.path ?? spec.options["path"] ?? (pathless === true ? "" : undefined);
      if (path === undefined)
        throw new UsageError("PATH_NOT_GIVEN", "save needs a path, as an argument or as the option `path`.");
      const { mode, partitionBy, options } = spec;
      await session.data.save(await session.analyze(plan), { format, path, mode, partitionBy, options }, call);
      return;
    }
    case "insertInto": {
      const statement = insertStatement(spec.table, plan, spec.overwrite);
      await runCommand(statement, session);
      return;
    }
    case "saveAsTable": {
      if (spec.bucketBy !== null)
        throw new AnalysisError("UNSUPPORTED_FEATURE.BUCKETED_TABLE", { tableName: spec.table.join(".") });
      const exists = session.catalog.findTable(spec.table) !== null;
      if (exists && spec.mode === "ignore") return;
      if (exists && spec.mode !== "error") {
        await runCommand(insertStatement(spec.table, plan, spec.mode === "overwrite"), session);
        return;
      }
      await runCommand(createStatement(spec, plan), session);
      return;
    }
  }
}

function insertStatement(table: readonly string[], query: UnresolvedPlan, overwrite: boolean): Statement {
  return {
    kind: "insert",
    table,
    overwrite,
    partition: [],
    ifPartitionNotExists: false,
    columns: null,
    byName: false,
    query,
  };
}

function createStatement(spec: Extract<WriteSpec, { kind: "saveAsTable" }>, query: UnresolvedPlan): Statement {
  const { table, format, partitionBy, clusterBy, options } = spec;
  const { path, ...others } = options;
  return {
    kind: "createTable",
    name: table,
    ifNotExists: false,
    orReplace: false,
    replace: false,
    external: path !== undefined,
    temporary: false,
    spec: {
      columns: [],
      constraints: [],
      ...(format !== null && { provider: [format] }),
      partitioning: partitionBy.map((name) => ({ kind: "column", name: [name] })),
      ...(clusterBy.length > 0 && { clusterBy: clusterBy.map((name) => [name]) }),
      options: others,
      properties: {},
      ...(path !== undefined && { location: path }),
    },
    query: { sql: "", tree: query },
  };
}
