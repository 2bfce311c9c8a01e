/** What learns from DataFrames, and what it has learned. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { withinCall } from "../../rdd/api/call-scope";
import { withSignal } from "../../rdd/api/cancellation";
import type { ParamMap } from "../param/param";
import type { ParamInput } from "../param/params";
import { modelsOf, sharedFits } from "../tuning/shared-fits";
import { Stage } from "./stage";
import { Transformer } from "./transformer";

/** One of the models of several candidates, and which. */
export type IndexedModel<M> = readonly [index: number, model: M];

/** The last argument of `fit`. */
export interface FitOptions {
  /** Aborting it ends the jobs of the fit; the promise rejects with a CancelledError. */
  readonly signal?: AbortSignal;
}

export abstract class Estimator<M extends Transformer = Transformer> extends Stage {
  /** The columns that the model will give. Throws where the data do not have what is needed. */
  abstract transformSchema(schema: StructType): StructType;

  /** Learns from data whose schema was checked. */
  protected abstract fitModel(df: DataFrame, schema: StructType): Promise<M>;

  /** Learns from `df`: once, with `params` over those that are set; or once for each of several maps. The schema is checked before any job. */
  fit(df: DataFrame, params?: ParamInput, options?: FitOptions): Promise<M>;
  fit(df: DataFrame, params: readonly ParamInput[], options?: FitOptions): Promise<M[]>;
  fit(df: DataFrame, params?: ParamInput | readonly ParamInput[], options: FitOptions = {}): Promise<M | M[]> {
    const site = (): string => df.sparkSession.core.port.context.callSite();
    return withinCall(`${this.className}.fit`, site, () =>
      withSignal<Promise<M | M[]>>(options.signal, () => (isList(params) ? this.fitEach(df, params) : this.fitOnce(df, params))),
    );
  }

  private async fitOnce(df: DataFrame, params: ParamInput | undefined): Promise<M> {
    const self = params === undefined ? this : this.copy(params);
    const schema = await df.schema();
    self.transformSchema(schema);
    return self.fitModel(df, schema);
  }

  private async fitEach(df: DataFrame, params: readonly ParamInput[]): Promise<M[]> {
    const models: M[] = [];
    for await (const [index, model] of this.fitMultiple(
      df,
      params.map((map) => this.asParamMap(map)),
    ))
      models[index] = model;
    return models;
  }

  /**
   * The models of several parameter maps, in whatever order they are ready. Each is what `fit` would give for it; work is shared
   * between candidates where the class says how (tuning/sharing).
   */
  fitMultiple(df: DataFrame, maps: readonly ParamMap[]): AsyncGenerator<IndexedModel<M>, void, undefined> {
    return modelsOf<M>((run) => sharedFits<M>(this, df, maps, run));
  }
}

function isList(params: ParamInput | readonly ParamInput[] | undefined): params is readonly ParamInput[] {
  return Array.isArray(params);
}

export abstract class Model extends Transformer {
  /** The estimator that learned it; undefined of models that were loaded. */
  parent?: Estimator;

  /** Takes over the uid and the values of the estimator that learned it: `fitModel` gives `new ItsModel(…).adopted(this)`. */
  adopted(parent: Estimator): this {
    this.parent = parent;
    this.uid = parent.uid;
    return this.copyValues(parent);
  }
}
