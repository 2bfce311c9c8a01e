/** Summaries of fits. */
import { UsageError } from "../../common/errors";

/** Throws of a model that was loaded. */
export function knownSummary<S>(summary: S | undefined, who: string): S {
  if (summary === undefined)
    throw new UsageError("NO_SUMMARY", `No training summary available for this ${who}: it was not fitted here.`);
  return summary;
}
