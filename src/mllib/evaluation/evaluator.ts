/** What judges predictions by one number. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { withinCall } from "../../rdd/api/call-scope";
import { Stage } from "../base/stage";
import type { ParamInput } from "../param/params";

export abstract class Evaluator extends Stage {
  /** The metric of predictions in `df`. `params` are values for this call alone. Wrong columns are refused before any job. */
  evaluate(df: DataFrame, params?: ParamInput): Promise<number> {
    const site = (): string => df.sparkSession.core.port.context.callSite();
    return withinCall(`${this.className}.evaluate`, site, async () => {
      const self = params === undefined ? this : this.copy(params);
      return self.evaluated(df, await df.schema());
    });
  }

  /** Whether more is better. */
  isLargerBetter(): boolean {
    return true;
  }

  /**
   * The metric of several predictions over the same rows, each in columns of its own: for each, the parameters that name them
   * (predictionCol, rawPredictionCol, …). Searches judge all candidates of a fold with this; evaluators override it with one that
   * reads the rows once. Each number is what `evaluate(df, columns)` gives, to the last bit.
   */
  async evaluateMany(df: DataFrame, columns: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
    const metrics: number[] = [];
    for (const names of columns) metrics.push(await this.evaluate(df, names));
    return metrics;
  }

  /** Parameters that name the columns which this metric reads: what candidates need not give is not computed for it. */
  columnsRead(): readonly string[] {
    return Object.keys(this.specs).filter((name) => name.endsWith("Col"));
  }

  /** The metric. The schema was not checked. */
  protected abstract evaluated(df: DataFrame, schema: StructType): Promise<number>;
}
