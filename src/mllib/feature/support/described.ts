/** What texts of stages that take several columns say of them. */
import type { Params } from "../../param/params";

/** How many columns were named in inputCols, outputCols and categoricalCols, where they were. */
export function columnCounts(stage: Params): Readonly<Record<string, number | undefined>> {
  const count = (name: string): number | undefined =>
    stage.hasParam(name) && stage.isSet(name) ? (stage.getOrDefault(name) as readonly string[]).length : undefined;
  return { numInputCols: count("inputCols"), numOutputCols: count("outputCols"), numCategoricalCols: count("categoricalCols") };
}
