/** Areas under the curves of scores for two classes. */
import type { StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkColumn, checkNumeric, isVector } from "../base/schema";
import { DataError } from "../../common/errors";
import { driverMemory } from "../../common/reused-memory";
import { presentDoubles } from "../compute/batch-input";
import { VectorColumn } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { choiceParam, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { labelCol, rawPredictionCol, weightCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { BinaryCurve, countScores, fewerParts, mergeCounts, type ScoreCounts, thinned, weighScores } from "./binary-curve";
import { judge, type JudgedSpec, weightsOf } from "./columns";
import { Evaluator } from "./evaluator";
import { ReusedDoubles } from "./reused-doubles";

/** Scores are numbers, or vectors of which the second entry counts. Labels above 0.5 are positive. */
export class BinaryClassificationEvaluator extends withParams(Evaluator, {
  ...labelCol,
  ...rawPredictionCol,
  ...weightCol,
  metricName: choiceParam("metric", ["areaUnderROC", "areaUnderPR"], "areaUnderROC"),
  numBins: intParam("about how many thresholds the curves have; 0: one for each different score", 1000, gtEq(0)),
}) {
  protected override async evaluated(df: DataFrame): Promise<number> {
    return (await this.evaluateMany(df, [{}]))[0]!;
  }

  override async evaluateMany(df: DataFrame, columns: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
    const all = columns.map((names) => this.copy(names));
    const roc = this.getMetricName() === "areaUnderROC";
    return (await curves(df, await df.schema(), all)).map((curve) => (roc ? curve.areaUnderROC() : curve.areaUnderPR()));
  }

  /** The curves themselves: `roc()`, `pr()`, and measures by threshold. */
  async curve(df: DataFrame): Promise<BinaryCurve> {
    return (await curves(df, await df.schema(), [this]))[0]!;
  }

  override toString(): string {
    return this.described({ metricName: this.getMetricName(), numBins: this.getNumBins() });
  }
}

persistent(BinaryClassificationEvaluator, {
  sparkClass: "org.apache.spark.ml.evaluation.BinaryClassificationEvaluator",
  load: () => new BinaryClassificationEvaluator(),
});

async function curves(df: DataFrame, schema: StructType, all: readonly BinaryClassificationEvaluator[]): Promise<BinaryCurve[]> {
  const roles = all.map((one) => {
    const score = one.getRawPredictionCol();
    const label = one.getLabelCol();
    const weight = one.isSet("weightCol") ? one.getWeightCol() : "";
    checkColumn(schema, score, one.className, "a vector or double", (type) => isVector(type) || type.kind === "double");
    checkNumeric(schema, label, one.className);
    if (weight !== "") checkNumeric(schema, weight, one.className);
    return { score, label, weight: weight === "" ? undefined : weight };
  });
  const counts = await judge(df, schema, all[0]!.className, countBinary, roles, { binned: all[0]!.getNumBins() > 0 });
  const found = counts.map(({ parts }) => new BinaryCurve(mergeCounts(parts), all[0]!.getNumBins()));
  driverMemory.giveBack(counts);
  return found;
}

interface Partial {
  /** Of one partition after the other. They are merged at the end, or when they are many. */
  readonly parts: readonly ScoreCounts[];
  /** Of a curve that is binned in the end, the driver need not hold every score of very large data. */
  readonly binned: boolean;
}

const countBinary = aggregateProgram<JudgedSpec<{ readonly binned: boolean }>, ColumnBatch, Partial[]>({
  name: "mllib.evaluation.binary",
  run(batches, { input, candidates, options: { binned } }) {
    const collected = candidates.map(({ weight }, i) => (weight === undefined ? new Counted(i) : new Weighed()));
    for (const batch of batches)
      for (const [i, { score, label, weight }] of candidates.entries())
        collected[i]!.add(scoresOf(batch, score!, input), presentDoubles(batch, label!, input), weightsOf(batch, input, weight));
    return collected.map((each) => ({ parts: [binned ? thinned(each.finish()) : each.finish()], binned }));
  },
  merge: (a, b) => a.map(({ parts, binned }, i) => ({ parts: fewerParts([...parts, ...b[i]!.parts], binned), binned })),
});

function scoresOf(batch: ColumnBatch, at: number, input: JudgedSpec<unknown>["input"]): Float64Array {
  if (!isVector(input.types[at]!)) return presentDoubles(batch, at, input);
  const vectors = new VectorColumn(batch.columns[at]!);
  const scores = new Float64Array(batch.length);
  const pairs = vectors.dense(2);
  if (pairs !== null) {
    for (let row = 0; row < scores.length; row++) scores[row] = pairs[2 * row + 1]!;
    return scores;
  }
  for (let row = 0; row < batch.length; row++) {
    if (vectors.isNull(row) || vectors.size(row) !== 2) {
      const got = vectors.isNull(row) ? "null" : `a vector of ${vectors.size(row)}`;
      throw new DataError("INVALID_VECTOR", `Column ${input.names[at]}: raw predictions must be vectors of two entries, but there is ${got}.`); // prettier-ignore
    }
    if (vectors.isDense(row)) scores[row] = vectors.values(row)[1]!;
    else {
      const place = vectors.indices(row).indexOf(1);
      scores[row] = place < 0 ? 0 : vectors.values(row)[place]!;
    }
  }
  return scores;
}

/** What is known of a partition's rows for one candidate. */
interface Collected {
  /** Weights are null where there are none of any row. */
  add(scores: Float64Array, labels: Float64Array, weights: Float64Array | null): void;
  finish(): ScoreCounts;
}

const memory = new ReusedDoubles();

/** Scores of a partition's rows that all weigh 1, apart by class, in memory that is used again for the same candidate of the next partition. */
class Counted implements Collected {
  readonly #classes: readonly [Scores, Scores];

  constructor(candidate: number) {
    this.#classes = [new Scores(2 * candidate), new Scores(2 * candidate + 1)];
  }

  add(scores: Float64Array, labels: Float64Array): void {
    const [negatives, positives] = this.#classes.map((one) => one.room(scores.length)) as [Float64Array, Float64Array];
    let [p, n] = [this.#classes[1].length, this.#classes[0].length];
    for (let row = 0; row < scores.length; row++)
      if (labels[row]! > 0.5) positives[p++] = scores[row]!;
      else negatives[n++] = scores[row]!;
    this.#classes[1].length = p;
    this.#classes[0].length = n;
  }

  finish(): ScoreCounts {
    const [negatives, positives] = this.#classes;
    return countScores(positives.view(), negatives.view());
  }
}

class Scores {
  length = 0;
  #scores: Float64Array;

  constructor(private readonly place: number) {
    this.#scores = memory.of(place, 4096);
  }

  /** All scores, with room for so many more. */
  room(more: number): Float64Array {
    const needed = this.length + more;
    if (needed > this.#scores.length) {
      const larger = memory.of(this.place, Math.max(needed, 2 * this.#scores.length));
      larger.set(this.view());
      this.#scores = larger;
    }
    return this.#scores;
  }

  view(): Float64Array {
    return this.#scores.subarray(0, this.length);
  }
}

/** Scores of a partition's rows with weights. */
class Weighed implements Collected {
  #length = 0;
  #scores = new Float64Array(4096);
  #positive = new Uint8Array(4096);
  #weights = new Float64Array(4096);

  add(scores: Float64Array, labels: Float64Array, weights: Float64Array | null): void {
    const start = this.#length;
    const end = start + scores.length;
    if (end > this.#scores.length) {
      const room = Math.max(end, this.#scores.length * 2);
      const grown = <A extends Float64Array | Uint8Array>(old: A, Kind: new (length: number) => A): A => {
        const array = new Kind(room);
        array.set(old);
        return array;
      };
      this.#scores = grown(this.#scores, Float64Array);
      this.#positive = grown(this.#positive, Uint8Array);
      this.#weights = grown(this.#weights, Float64Array);
    }
    this.#scores.set(scores, start);
    for (let i = 0; i < labels.length; i++) this.#positive[start + i] = labels[i]! > 0.5 ? 1 : 0;
    this.#weights.set(weights!, start);
    this.#length = end;
  }

  finish(): ScoreCounts {
    const some = <A extends Float64Array | Uint8Array>(all: A): A => all.subarray(0, this.#length) as A;
    return weighScores(some(this.#scores), some(this.#positive), some(this.#weights));
  }
}
