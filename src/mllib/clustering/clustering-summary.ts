/** What is known of the clusters of the rows that a model was fitted on. */
import type { DataFrame } from "../../dataframe/api/dataframe";

export interface ClusteringFacts {
  readonly featuresCol: string;
  readonly predictionCol: string;
  readonly k: number;
  readonly numIter: number;
  /** Rows of each cluster. */
  readonly clusterSizes: readonly number[];
}

export class ClusteringSummary {
  readonly featuresCol: string;
  readonly predictionCol: string;
  /** Clusters. */
  readonly k: number;
  /** Iterations that the fit took. */
  readonly numIter: number;
  /** Rows of each cluster. */
  readonly clusterSizes: readonly number[];

  /** @param predictions the rows with the columns of the model */
  constructor(
    readonly predictions: DataFrame,
    facts: ClusteringFacts,
  ) {
    ({
      featuresCol: this.featuresCol,
      predictionCol: this.predictionCol,
      k: this.k,
      numIter: this.numIter,
      clusterSizes: this.clusterSizes,
    } = facts);
  }

  /** The column of predictions alone. */
  get cluster(): DataFrame {
    return this.predictions.select(`\`${this.predictionCol.replaceAll("`", "``")}\``);
  }
}

export class KMeansSummary extends ClusteringSummary {
  /** @param trainingCost Σ w·d², d being the distance to the nearest center; Σ w·(1 - cos) of cosines. */
  constructor(
    predictions: DataFrame,
    facts: ClusteringFacts,
    readonly trainingCost: number,
  ) {
    super(predictions, facts);
  }
}

export class BisectingKMeansSummary extends KMeansSummary {}

export class GaussianMixtureSummary extends ClusteringSummary {
  constructor(
    predictions: DataFrame,
    facts: ClusteringFacts,
    readonly probabilityCol: string,
    /** Of the rows, at the model that was found. */
    readonly logLikelihood: number,
  ) {
    super(predictions, facts);
  }

  /** The column of probabilities alone. */
  get probability(): DataFrame {
    return this.predictions.select(`\`${this.probabilityCol.replaceAll("`", "``")}\``);
  }
}
