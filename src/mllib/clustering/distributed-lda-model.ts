/** Topics, the documents that they were learned from, and the topics of these. */
import type { Estimator } from "../base/estimator";
import { broadcastPlain } from "../compute/task-data";
import { persistent } from "../persistence/registry";
import { LDAModel, LocalLDAModel } from "./lda-model";
import { loadedCorpus, savedCorpus } from "./topics/corpus-on-disk";
import { isMet, topicsLogPrior, trainingLikelihood, type TrainingLikelihood } from "./topics/em";
import { removeFiles, type TopicCorpus } from "./topics/em-fit";
import { GAMMA_SHAPE } from "./topics/gamma-numbers";

/**
 * A model of the optimizer em. Executors keep the documents and their topics as long as the model, or a copy of it, is there. `transform` infers the
 * topics of documents from those of the terms, as the local model does.
 */
export class DistributedLDAModel extends LDAModel {
  override readonly isDistributed = true;

  /** @param corpus internal; shared by copies of a model */
  constructor(readonly corpus: TopicCorpus) {
    const { k, alpha, eta, counts } = corpus.topics;
    super({
      k,
      vocabSize: counts.length / k,
      lambda: counts,
      alpha: new Float64Array(k).fill(alpha),
      eta,
      gammaShape: GAMMA_SHAPE,
    });
  }

  /** Internal. */
  static fitted(corpus: TopicCorpus, parent: Estimator): DistributedLDAModel {
    return new DistributedLDAModel(corpus).adopted(parent);
  }

  /** The topics without the documents. */
  toLocal(): LocalLDAModel {
    return LocalLDAModel.of(this.facts, this);
  }

  /** The log likelihood of the words of the documents, given topics, and the topics of documents, as they were learned. */
  async trainingLogLikelihood(): Promise<number> {
    return (await this.likelihood()).tokens;
  }

  /** The log probability of topics, and of documents' topics, given their priors. */
  async logPrior(): Promise<number> {
    return (await this.likelihood()).documents + topicsLogPrior(this.corpus.topics);
  }

  private async likelihood(): Promise<TrainingLikelihood> {
    const { session, counts, topics } = this.corpus;
    const known = broadcastPlain(session, topics);
    try {
      const found = await counts.aggregate(trainingLikelihood, { topics: known.ref });
      return found ?? { tokens: 0, documents: 0 };
    } finally {
      await known.release();
    }
  }

  /** Directories of the last checkpoint, where there was one and `keepLastCheckpoint` is set. */
  getCheckpointFiles(): string[] {
    return [...this.corpus.checkpointFiles];
  }

  /** Removes them: what an executor loses of the documents' topics then, is gone. */
  async deleteCheckpointFiles(): Promise<void> {
    const { session, checkpointFiles } = this.corpus;
    this.corpus.checkpointFiles = [];
    await removeFiles(session, checkpointFiles);
  }

  /** As in Spark, topics are not described by terms that no document has. */
  protected override hasTerm(term: number): boolean {
    const { k, lambda } = this.facts;
    return isMet(lambda, term * k, k);
  }
}

persistent(DistributedLDAModel, {
  sparkClass: "org.apache.spark.ml.clustering.DistributedLDAModel",
  save: (model, directory) => savedCorpus(model.corpus, directory.child("oldModel")),
  load: async (_, directory) => new DistributedLDAModel(await loadedCorpus(directory.child("oldModel"))),
});
