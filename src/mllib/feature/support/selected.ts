/** Models of chosen entries of vectors. */
import type { StructField, StructType } from "../../../columnar/types";
import type { DataFrame } from "../../../dataframe/api/dataframe";
import { attributesOf, vectorMetadata } from "../../base/attributes";
import { Model } from "../../base/estimator";
import { checkVector, vectorField, withFields } from "../../base/schema";
import { appendColumns } from "../../compute/append-columns";
import { withParams } from "../../param/params";
import { featuresCol, outputCol } from "../../param/shared";
import { selectEntries } from "./select-entries";

export abstract class SelectorModel extends withParams(Model, { ...featuresCol, ...outputCol }) {
  constructor(
    /** Places of the chosen entries. */
    readonly selectedFeatures: readonly number[],
  ) {
    super();
  }

  /** In the order of the result. */
  private places(): number[] {
    return [...this.selectedFeatures].sort((a, b) => a - b);
  }

  private output(input: StructField): StructField {
    const known = attributesOf(input);
    const attributes = this.places().map((place) => known?.[place] ?? this.unknownAttribute());
    return vectorField(this.getOutputCol(), vectorMetadata(attributes));
  }

  protected unknownAttribute(): { readonly type: "numeric" | "nominal" } {
    return { type: "numeric" };
  }

  override transformSchema(schema: StructType): StructType {
    const input = checkVector(schema, this.getFeaturesCol(), this.className);
    return withFields(schema, this.className, this.output(input));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const input = checkVector(schema, this.getFeaturesCol(), this.className);
    return appendColumns(df, selectEntries, {
      inputs: [input.name],
      outputs: [this.output(input)],
      spec: { who: this.className, places: Int32Array.from(this.places()) },
    });
  }

  override toString(): string {
    return this.described({ numSelectedFeatures: this.selectedFeatures.length });
  }
}

export type SelectionMode = "numTopFeatures" | "percentile" | "fpr" | "fdr" | "fwe";

/** Places of entries by their p-values: the best, a share, or all that errors of some kind allow (fdr: Benjamini and Hochberg). */
export function selectByPValues(exact: readonly number[], mode: SelectionMode, threshold: number): number[] {
  // Spark's are 1 less the distribution function: what is below 1e-16 is 0 there, and the first of several such is the best.
  const pValues = exact.map((p) => 1 - (1 - p));
  const count = pValues.length;
  const sorted = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  switch (mode) {
    case "numTopFeatures":
      return sorted.slice(0, Math.trunc(threshold));
    case "percentile":
      return sorted.slice(0, Math.trunc(count * threshold));
    case "fpr":
      return pValues.flatMap((p, i) => (p < threshold ? [i] : []));
    case "fdr": {
      const last = sorted.findLastIndex((place, i) => pValues[place]! <= ((i + 1) * threshold) / count);
      return sorted.slice(0, last + 1);
    }
    case "fwe":
      return pValues.flatMap((p, i) => (p < threshold / count ? [i] : []));
  }
}
