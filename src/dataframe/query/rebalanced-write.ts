/**
 * `rebalance`: rows are moved before they are written, so that files have a sensible size however many tasks there were: those of a
 * partition value together, much of it divided, little of it in one file.
 */
import type { Expression, SortOrder } from "../expressions/expression";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { SqlSettings } from "../settings";
import { booleanOption } from "../sources/options";
import type { SaveTarget } from "./session-data";

const OPTION = "rebalance";
/** What holds where the write itself does not say. */
const SETTING = "firesteel.sql.write.rebalance";

/** The rows as they are to be written. Rows that the program has sorted or laid out itself stay as they are. */
export function rebalanced(query: LogicalPlan, { options, partitionBy }: SaveTarget, settings: SqlSettings): LogicalPlan {
  if (!booleanOption(options, OPTION, settings.conf[SETTING] === "true")) return query;
  if (query.kind === "sort" || query.kind === "repartition") return query;
  const output = outputOf(query);
  const by = partitionBy.map((name): SortOrder => {
    const child = output.find((column) => column.name.toLowerCase() === name.toLowerCase()) as Expression;
    return { kind: "sortOrder", child, ascending: true, nullsFirst: true };
  });
  return { kind: "repartition", child: query, how: "rebalance", numPartitions: null, by };
}
