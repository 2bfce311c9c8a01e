/** Estimators of linear models: fits over training rows that executors keep, which candidates of a search can share. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import { checkFitColumns, columnName } from "../base/predictor";
import { findField, withFields } from "../base/schema";
import type { Transformer } from "../base/transformer";
import type { StructField } from "../../columnar/types";
import type { ParamMap } from "../param/param";
import type { PreparedFits, PreparesFits } from "../tuning/sharing";
import { type LinearColumns, TrainingRows } from "./training-data";

export abstract class LinearEstimator<M extends Transformer> extends Estimator<M> implements PreparesFits<M> {
  /** The model of the rows. `df` is what they were read from. */
  protected abstract fitOn(rows: TrainingRows, df: DataFrame, schema: StructType): Promise<M>;

  /** The columns that the model appends. */
  protected abstract modelFields(): readonly StructField[];

  /** Whether the fit looks at the rows more than once, so that executors should keep them. */
  protected keepsRows(): boolean {
    return true;
  }

  protected fitColumns(): LinearColumns {
    const offset = this.hasParam("offsetCol") ? columnName(this.valueFor("offsetCol")) : undefined;
    return {
      featuresCol: this.valueFor<string>("featuresCol")!,
      labelCol: this.valueFor<string>("labelCol")!,
      weightCol: columnName(this.valueFor("weightCol")),
      extra: offset === undefined ? [] : [offset],
    };
  }

  override transformSchema(schema: StructType): StructType {
    checkFitColumns(schema, this.className, this.fitColumns());
    return withFields(schema, this.className, ...this.modelFields());
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<M> {
    const rows = await this.openRows(df);
    try {
      return await this.fitOn(rows, df, schema);
    } finally {
      await rows.release();
    }
  }

  /** `featureless`: rows of no features. */
  protected openRows(df: DataFrame, featureless = false): Promise<TrainingRows> {
    return TrainingRows.of(df, this.fitColumns(), this.className, { keep: this.keepsRows(), featureless });
  }

  /** Candidates that read the same columns share their rows and the statistics of these. */
  prepareFits(df: DataFrame, schema: StructType, _maps: readonly ParamMap[]): Promise<PreparedFits<M>> {
    const known = new Map<string, Promise<TrainingRows>>();
    return Promise.resolve({
      fit: async (map) => {
        const one = this.copy(map);
        const columns = one.fitColumns();
        const key = JSON.stringify(columns);
        let rows = known.get(key);
        if (rows === undefined)
          known.set(key, (rows = TrainingRows.of(df, columns, this.className, { keep: true, shared: true })));
        return one.fitOn(await rows, df, schema);
      },
      release: async () => {
        // Rows that could not be opened have failed their fits, and hold nothing.
        for (const rows of known.values())
          await rows.then(
            (opened) => opened.release(),
            () => undefined,
          );
      },
    });
  }

  /** The label's column. */
  protected labelField(schema: StructType): StructField {
    return findField(schema, this.fitColumns().labelCol)!;
  }
}
