/** How well a generalized linear regression does on some rows, as R says it. Methods run jobs; what they found is kept. */
import type { StructField } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { featureNamesOf } from "../base/attributes";
import { doubleField, requiredField } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchInput, type BatchInput, presentDoubles } from "../compute/batch-input";
import { doubleColumn, doublesOf } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { normalTwoSided, studentTwoSided } from "../../common/distributions";
import { type Family, familyOf, type FamilySpec, linkOf } from "../linear/families";
import type { GlmFit } from "../linear/glm-fit";
import { coefficientTable } from "./coefficient-table";

/** What a summary knows of the model. */
export interface GlrSummaryModel {
  readonly predictionCol: string;
  readonly featuresCol: string;
  readonly labelCol: string;
  readonly weightCol: string | undefined;
  readonly offsetCol: string | undefined;
  readonly coefficients: Float64Array;
  readonly intercept: number;
  readonly fitIntercept: boolean;
  readonly family: FamilySpec;
}

export type ResidualsType = "deviance" | "pearson" | "working" | "response";

interface Sums {
  count: number;
  weight: number;
  deviance: number;
  /** Σ w·(label - mean)² / variance. */
  pearson: number;
  /** Σ w·(label - offset). */
  labels: number;
}

interface SumsSpec {
  readonly input: Pick<BatchInput, "names" | "types">;
  readonly family: FamilySpec;
  readonly hasWeight: boolean;
  readonly hasOffset: boolean;
  /** Absent: `Sums`. Else one number: the deviance of this intercept, or what the AIC adds up with this dispersion. */
  readonly only?: { readonly intercept: number } | { readonly dispersion: number };
}

export class GeneralizedLinearRegressionSummary {
  #sums: Promise<Sums> | undefined;
  protected readonly distribution: Family;

  /** @param predictions the rows with the model's predictions */
  constructor(
    readonly predictions: DataFrame,
    protected readonly model: GlrSummaryModel,
  ) {
    this.distribution = familyOf(model.family);
  }

  get predictionCol(): string {
    return this.model.predictionCol;
  }

  private async ask<T>(program: typeof sumsProgram | typeof numberProgram, only?: SumsSpec["only"]): Promise<T> {
    const { labelCol, predictionCol, weightCol, offsetCol, family } = this.model;
    const columns = [labelCol, predictionCol, ...[weightCol, offsetCol].filter((name) => name !== undefined)];
    const { data, names, types } = batchInput(this.predictions, await this.predictions.schema(), columns, "GeneralizedLinearRegressionSummary"); // prettier-ignore
    const spec: SumsSpec = {
      input: { names, types },
      family,
      hasWeight: weightCol !== undefined,
      hasOffset: offsetCol !== undefined,
      ...(only === undefined ? {} : { only }),
    };
    const found = await data.aggregate<SumsSpec, unknown>(program, spec);
    if (found === null) throw new DataError("EMPTY_DATASET", "GeneralizedLinearRegressionSummary: the dataset is empty.");
    return found as T;
  }

  private sums(): Promise<Sums> {
    return (this.#sums ??= this.ask<Sums>(sumsProgram));
  }

  async numInstances(): Promise<number> {
    return (await this.sums()).count;
  }

  /** Number of coefficients, the intercept among them. */
  get rank(): number {
    return this.model.coefficients.length + (this.model.fitIntercept ? 1 : 0);
  }

  async degreesOfFreedom(): Promise<number> {
    return (await this.numInstances()) - this.rank;
  }

  async residualDegreeOfFreedom(): Promise<number> {
    return this.degreesOfFreedom();
  }

  async residualDegreeOfFreedomNull(): Promise<number> {
    return (await this.numInstances()) - (this.model.fitIntercept ? 1 : 0);
  }

  async deviance(): Promise<number> {
    return (await this.sums()).deviance;
  }

  /** The deviance of the model without features. */
  async nullDeviance(): Promise<number> {
    return this.ask<number>(numberProgram, { intercept: await this.nullIntercept() });
  }

  /** The intercept of the model without features, where it can be known without a fit. */
  protected async nullIntercept(): Promise<number> {
    const { fitIntercept, offsetCol, family } = this.model;
    if (!fitIntercept) return 0;
    const simple = this.distribution.name === "gaussian" && linkOf(family) === linkOf({ ...family, link: "identity" });
    if (offsetCol === undefined || simple) {
      const { labels, weight } = await this.sums();
      return linkOf(family).link(labels / weight);
    }
    throw new UsageError(
      "NO_NULL_DEVIANCE",
      "The null deviance of a model with an offset needs another fit, which a model that was loaded cannot make.",
    );
  }

  /** 1 of the binomial and poisson families, else Pearson's χ² by the degrees of freedom. */
  async dispersion(): Promise<number> {
    if (this.hasFixedDispersion()) return 1;
    return (await this.sums()).pearson / (await this.degreesOfFreedom());
  }

  protected hasFixedDispersion(): boolean {
    return this.model.family.family === "binomial" || this.model.family.family === "poisson";
  }

  /** Akaike's information criterion. Throws for tweedie families other than gaussian, poisson and gamma. */
  async aic(): Promise<number> {
    const { aic } = this.distribution;
    if (aic === undefined) throw new UsageError("NO_AIC", "No AIC available for the tweedie family.");
    const { deviance, weight, count } = await this.sums();
    const terms = await this.ask<number>(numberProgram, { dispersion: deviance / weight });
    return aic.total(terms, deviance, count) + 2 * this.rank;
  }

  /** One column: devianceResiduals, pearsonResiduals, workingResiduals or responseResiduals. */
  residuals(type: ResidualsType = "deviance"): DataFrame {
    if (!["deviance", "pearson", "working", "response"].includes(type))
      throw new UsageError(
        "INVALID_ARGUMENT",
        `The residuals type ${String(type)} is not supported; there are deviance, pearson, working and response.`,
      );
    const { labelCol, predictionCol, weightCol, family } = this.model;
    const name = `${type}Residuals`;
    const inputs = [labelCol, predictionCol, ...(weightCol === undefined ? [] : [weightCol])];
    const outputs: readonly StructField[] = [doubleField(name)];
    return appendColumns(this.predictions, residualsProgram, { inputs, outputs, spec: { family, type } }).select(name);
  }

  protected async featureNames(): Promise<readonly string[]> {
    const { featuresCol, coefficients } = this.model;
    const field = requiredField(await this.predictions.schema(), featuresCol, "GeneralizedLinearRegressionSummary");
    return featureNamesOf(field) ?? Array.from(coefficients.keys(), (i) => `${featuresCol}_${i}`);
  }
}

/** Of the rows that the model was fitted on. */
export class GeneralizedLinearRegressionTrainingSummary extends GeneralizedLinearRegressionSummary {
  readonly solver = "irls";
  readonly numIterations: number;

  constructor(
    predictions: DataFrame,
    model: GlrSummaryModel,
    private readonly fit: GlmFit,
    private readonly withoutFeatures: () => Promise<GlmFit>,
  ) {
    super(predictions, model);
    this.numIterations = fit.numIterations;
  }

  protected override async nullIntercept(): Promise<number> {
    const { offsetCol, fitIntercept, family } = this.model;
    const simple = this.distribution.name === "gaussian" && linkOf(family) === linkOf({ ...family, link: "identity" });
    if (fitIntercept && offsetCol !== undefined && !simple) return (await this.withoutFeatures()).intercept;
    return super.nullIntercept();
  }

  /** Of coefficients, and the intercept last. */
  async coefficientStandardErrors(): Promise<number[]> {
    const { inverseDiagonal } = this.fit;
    if (inverseDiagonal === undefined)
      throw new UsageError(
        "NO_STANDARD_ERRORS",
        "No Std. Error of coefficients available for this GeneralizedLinearRegressionModel: a feature depends on the others.",
      );
    const dispersion = await this.dispersion();
    return Array.from(inverseDiagonal, (value) => Math.sqrt(value * dispersion));
  }

  async tValues(): Promise<number[]> {
    const { coefficients, intercept, fitIntercept } = this.model;
    const values = fitIntercept ? [...coefficients, intercept] : [...coefficients];
    return (await this.coefficientStandardErrors()).map((error, i) => values[i]! / error);
  }

  /** Two-sided: normal of the binomial and poisson families, else Student's. */
  async pValues(): Promise<number[]> {
    const degrees = await this.degreesOfFreedom();
    return (await this.tValues()).map((t) => (this.hasFixedDispersion() ? normalTwoSided(t) : studentTwoSided(t, degrees)));
  }

  /** The table that R prints. */
  async describe(): Promise<string> {
    const { coefficients, intercept, fitIntercept } = this.model;
    const [names, errors, ts, ps] = [await this.featureNames(), await this.coefficientStandardErrors(), await this.tValues(), await this.pValues()]; // prettier-ignore
    const lines = [...coefficients, ...(fitIntercept ? [intercept] : [])].map((estimate, i) => ({
      name: names[i] ?? "(Intercept)",
      numbers: [estimate, errors[i]!, ts[i]!, ps[i]!],
    }));
    // The intercept comes first.
    if (fitIntercept) lines.unshift(lines.pop()!);
    return coefficientTable(lines, {
      family: this.distribution.name,
      dispersion: await this.dispersion(),
      nullDeviance: await this.nullDeviance(),
      deviance: await this.deviance(),
      degreesOfFreedom: await this.degreesOfFreedom(),
      aic: this.distribution.aic === undefined ? undefined : await this.aic(),
    });
  }
}

/** Calls `use` for each row. */
function eachRow(
  batches: Iterable<ColumnBatch>,
  { input, hasWeight, hasOffset }: SumsSpec,
  use: (label: number, mean: number, weight: number, offset: number) => void,
): void {
  for (const batch of batches) {
    const labels = presentDoubles(batch, 0, input);
    const means = presentDoubles(batch, 1, input);
    const weights = hasWeight ? presentDoubles(batch, 2, input) : null;
    const offsets = hasOffset ? presentDoubles(batch, hasWeight ? 3 : 2, input) : null;
    for (let i = 0; i < labels.length; i++) use(labels[i]!, means[i]!, weights?.[i] ?? 1, offsets?.[i] ?? 0);
  }
}

const sumsProgram = aggregateProgram<SumsSpec, ColumnBatch, Sums>({
  name: "mllib.glr.sums",
  run(batches, spec) {
    const { family } = spec;
    const distribution = familyOf(family);
    const sums: Sums = { count: 0, weight: 0, deviance: 0, pearson: 0, labels: 0 };
    eachRow(batches, spec, (label, mean, weight, offset) => {
      sums.count++;
      sums.weight += weight;
      sums.deviance += distribution.deviance(label, mean, weight);
      sums.pearson += (weight * (label - mean) * (label - mean)) / distribution.variance(mean);
      sums.labels += weight * (label - offset);
    });
    return sums;
  },
  merge: (a, b) => ({
    count: a.count + b.count,
    weight: a.weight + b.weight,
    deviance: a.deviance + b.deviance,
    pearson: a.pearson + b.pearson,
    labels: a.labels + b.labels,
  }),
});

const numberProgram = aggregateProgram<SumsSpec, ColumnBatch, number>({
  name: "mllib.glr.number",
  run(batches, spec) {
    const { family, only } = spec;
    const distribution = familyOf(family);
    const link = linkOf(family);
    let sum = 0;
    eachRow(batches, spec, (label, mean, weight, offset) => {
      sum +=
        only !== undefined && "intercept" in only
          ? distribution.deviance(label, link.inverse(only.intercept + offset), weight)
          : distribution.aic!.term(label, mean, weight, only!.dispersion);
    });
    return sum;
  },
  merge: (a, b) => a + b,
});

const residualsProgram = columnsProgram<{ readonly family: FamilySpec; readonly type: ResidualsType }>({
  name: "mllib.glr.residuals",
  open: ({ family, type }, types) => {
    const distribution = familyOf(family);
    const link = linkOf(family);
    const residual = (label: number, mean: number, weight: number): number => {
      switch (type) {
        case "deviance":
          return Math.sqrt(Math.max(distribution.deviance(label, mean, weight), 0)) * (label > mean ? 1 : -1);
        case "pearson":
          return ((label - mean) * Math.sqrt(weight)) / Math.sqrt(distribution.variance(mean));
        case "working":
          return (label - mean) * link.derivative(mean);
        case "response":
          return label - mean;
      }
    };
    return (columns) => {
      const [labels, means, weights] = columns.map((column, i) => doublesOf(column, types[i]!));
      return [doubleColumn(labels!.values.map((label, i) => residual(label, means!.values[i]!, weights?.values[i] ?? 1)), labels!.valid)]; // prettier-ignore
    };
  },
});
