/** Whether what a stage gives depends on the order in which the rows of its inputs come: a task that runs again may give other rows. */
import { functionTable } from "../expressions/function-table";
import { someObjectIn } from "../plain-data";
import type { ScanExec, StagePlan } from "./plan";

/** `plan` is plain data: operators, expressions and where the rows go. */
export function isOrderSensitive({ root, sink }: Pick<StagePlan, "root" | "sink">): boolean {
  if (sink.kind === "shuffle") {
    const { partitioning } = sink;
    if (partitioning.kind === "roundRobin" && (partitioning.deal ?? "rows") === "rows") return true;
  }
  return dependsOnOrder(root);
}

function dependsOnOrder(value: object): boolean {
  const node = value as { readonly kind?: unknown; readonly fn?: unknown; readonly user?: unknown };
  switch (node.kind) {
    case "limit":
    case "tail":
    case "sample":
      return true;
    case "windowGroupLimit":
      // Which of the rows that are equal in the order come first.
      if ((value as { readonly rank?: unknown }).rank === "row_number") return true;
      break;
    case "call":
      if (typeof node.fn === "string" && functionTable().scalar(node.fn).deterministic === false) return true;
      break;
    case "aggregate":
      if (typeof node.fn === "string" && node.user === undefined && functionTable().aggregate(node.fn).deterministic === false)
        return true;
      break;
    case "scan": {
      // Not what is known of the relation, which can be long.
      const { pushed, partitionFilters } = value as ScanExec;
      return dependsOnOrder(pushed) || dependsOnOrder(partitionFilters);
    }
    case "userCall":
      if ((node.fn as { readonly deterministic?: boolean }).deterministic === false) return true;
      break;
    default:
  }
  return someObjectIn(value, dependsOnOrder);
}
