/** `noop`: rows are computed and forgotten. To measure a query without what it costs to write its result. */
import { AnalysisError } from "../../errors";
import type { DataSource } from "../data-source";

function unreadable(): AnalysisError {
  return new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName: "`noop`", operation: "batch scan" });
}

export const noopSource: DataSource = {
  name: "noop",
  pathless: true,
  relation: () => Promise.reject(unreadable()),
  plan: () => Promise.reject(unreadable()),
  open: () => {
    throw unreadable();
  },
  writer: {
    begin: () =>
      Promise.resolve({
        spec: null,
        commit: (rows) =>
          Promise.resolve({ files: 0, bytes: 0, rows: rows.reduce<number>((sum, count) => sum + (count as number), 0) }),
        abort: () => Promise.resolve(),
      }),
    open: () => {
      let rows = 0;
      return {
        write: (batch) => {
          rows += batch.length;
        },
        commit: () => rows,
        abort: () => undefined,
      };
    },
  },
};
