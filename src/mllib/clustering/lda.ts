/** Latent Dirichlet allocation. */
import type { StructType } from "../../columnar/types";
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { vectorOfSize } from "../base/attributes";
import { Estimator } from "../base/estimator";
import { columnName } from "../base/predictor";
import { vectorField, withFields } from "../base/schema";
import type { TaskData } from "../compute";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { DistributedLDAModel } from "./distributed-lda-model";
import { type LDAModel, LocalLDAModel } from "./lda-model";
import { checkPoints } from "./points";
import { type CorpusSize, corpusSize, type DocumentBlock, documentsOf } from "./topics/documents";
import { fittedByEm } from "./topics/em-fit";
import { GAMMA_SHAPE } from "./topics/gamma-numbers";
import { onlineTopics } from "./topics/online";
import { ldaParams } from "./topics/params";

/**
 * Topics of documents (D. Blei, A. Ng, M. Jordan, Latent Dirichlet Allocation, 2003). A document is a vector with as many entries as the
 * vocabulary has terms: how often each is in it (`CountVectorizer`).
 *
 * The optimizer `online` (M. Hoffman, D. Blei, F. Bach, Online Learning for Latent Dirichlet Allocation, 2010) gives a LocalLDAModel; `em` (A. Asuncion,
 * M. Welling, P. Smyth, Y. W. Teh, On Smoothing and Inference for Topic Models, 2009), a DistributedLDAModel. Topics are those of
 * Spark for the same seed and documents in one partition, and do not depend on how documents in the same order are divided. Topics (vocabulary × k
 * numbers) must fit into the driver's memory.
 *
 * @example
 * const counts = await new CountVectorizer({ inputCol: "words", outputCol: "features" }).fit(documents);
 * const model = await new LDA({ k: 20, maxIter: 50, seed: 1 }).fit(counts.transform(documents));
 * await model.describeTopics(5).show();
 */
export class LDA extends withParams(Estimator<LDAModel>, ldaParams) {
  override transformSchema(schema: StructType): StructType {
    this.checkConcentrations();
    checkPoints(schema, this.getFeaturesCol(), this.className);
    const name = columnName(this.getTopicDistributionCol());
    return name === undefined ? schema : withFields(schema, this.className, vectorField(name, vectorOfSize(this.getK())));
  }

  private checkConcentrations(): void {
    const [k, alpha, eta] = [this.getK(), this.valueFor<readonly number[]>("docConcentration"), this.valueFor<number>("topicConcentration")]; // prettier-ignore
    const wrong = (what: string): UsageError => new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: ${what}.`);
    if (alpha !== undefined && alpha.length !== 1 && alpha.length !== k)
      throw wrong(`docConcentration must have one number or k (${k}), but has ${alpha.length}`);
    if (this.getOptimizer() !== "em") return;
    if (alpha?.some((value) => value !== alpha[0]) === true)
      throw wrong("the optimizer em knows one docConcentration for all topics: its numbers must be equal");
    if (alpha !== undefined && !(alpha[0]! > 1))
      throw wrong(`docConcentration must be greater than 1 for the optimizer em, got ${alpha[0]}`);
    if (eta !== undefined && !(eta > 1))
      throw wrong(`topicConcentration must be greater than 1 for the optimizer em, got ${eta}`);
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<LDAModel> {
    const documents = (await documentsOf(df, schema, this.getFeaturesCol(), this.className)).persist();
    let kept = false;
    try {
      const size = await corpusSize(documents, this.className);
      if (this.getOptimizer() === "online") return await this.fitOnline(documents, size);
      const model = await this.fitEm(df, documents, size);
      kept = true;
      return model;
    } finally {
      if (!kept) await documents.release();
    }
  }

  private async fitOnline(documents: TaskData<DocumentBlock>, size: CorpusSize): Promise<LocalLDAModel> {
    const k = this.getK();
    const given = this.valueFor<readonly number[]>("docConcentration") ?? [1 / k];
    const eta = this.valueFor<number>("topicConcentration") ?? 1 / k;
    const { lambda, alpha } = await documents.steps(onlineTopics, {
      k,
      width: size.width,
      documents: size.documents,
      documentsBefore: size.documentsBefore,
      maxIter: this.getMaxIter(),
      seed: String(this.getSeed()),
      learningOffset: this.getLearningOffset(),
      learningDecay: this.getLearningDecay(),
      subsamplingRate: this.getSubsamplingRate(),
      alpha: Float64Array.from({ length: k }, (_, t) => given[given.length === 1 ? 0 : t]!),
      optimizeAlpha: this.getOptimizeDocConcentration(),
      eta,
    });
    return LocalLDAModel.fitted({ k, vocabSize: size.width, lambda, alpha, eta, gammaShape: GAMMA_SHAPE }, this);
  }

  private async fitEm(df: DataFrame, documents: TaskData<DocumentBlock>, size: CorpusSize): Promise<DistributedLDAModel> {
    const k = this.getK();
    const corpus = await fittedByEm(df.sparkSession, documents, size, {
      k,
      alpha: this.valueFor<readonly number[]>("docConcentration")?.[0] ?? 50 / k + 1,
      eta: this.valueFor<number>("topicConcentration") ?? 1.1,
      seed: String(this.getSeed()),
      maxIter: this.getMaxIter(),
      checkpointInterval: this.getCheckpointInterval(),
      keepLastCheckpoint: this.getKeepLastCheckpoint(),
    });
    return DistributedLDAModel.fitted(corpus, this);
  }
}

persistent(LDA, { sparkClass: "org.apache.spark.ml.clustering.LDA", load: () => new LDA() });
