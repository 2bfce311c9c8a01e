/** makeBlobs, makeClassification, makeRegression, makeCounts: DataFrames of `features` (a vector) and `label`. */
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { vectorOfSize } from "../base/attributes";
import { doubleField, vectorField } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { denseVectorColumn, doubleColumn, doublesOf } from "../compute/columns";
import { RowRandom } from "./random";

interface Shape {
  /** Rows. */
  readonly nSamples?: number;
  /** Entries of the vectors. */
  readonly nFeatures?: number;
  readonly seed?: number;
  /** Partitions; the session's default where absent. */
  readonly numPartitions?: number;
}

interface Rows {
  readonly nSamples: number;
  readonly numPartitions: number | undefined;
}

type Spec =
  | { readonly kind: "blobs"; readonly seed: number; readonly centers: readonly Float64Array[]; readonly deviation: number }
  | {
      readonly kind: "classification";
      readonly seed: number;
      readonly centers: readonly Float64Array[];
      readonly classes: number;
      readonly width: number;
      readonly flip: number;
    }
  | {
      readonly kind: "regression" | "counts";
      readonly seed: number;
      readonly coefficients: Float64Array;
      readonly bias: number;
      readonly noise: number;
    };

const generate = columnsProgram<Spec>({
  name: "mllib.datasets",
  open:
    (spec) =>
    ([ids], rows) => {
      const numbers = doublesOf(ids!, { kind: "long" }).values;
      const width = spec.kind === "classification" ? spec.width : spec.kind === "blobs" ? spec.centers[0]!.length : spec.coefficients.length; // prettier-ignore
      const features = new Float64Array(rows * width);
      const labels = new Float64Array(rows);
      const clusterOf = "centers" in spec ? openClusters(spec.seed, spec.centers.length) : () => 0;
      for (let row = 0; row < rows; row++) {
        const random = new RowRandom(spec.seed, numbers[row]!);
        labels[row] = fill(features.subarray(row * width, (row + 1) * width), clusterOf(numbers[row]!), spec, random);
      }
      return [denseVectorColumn(features, rows, width), doubleColumn(labels)];
    },
});

/**
 * The clusters of rows: of each `clusters` rows that follow each other one is of each, in an order of their own, so that no partition, and
 * no part of one, has some clusters alone.
 */
function openClusters(seed: number, clusters: number): (row: number) => number {
  const order = new Int32Array(clusters);
  let ordered = -1;
  return (row) => {
    const group = Math.floor(row / clusters);
    if (group !== ordered) {
      ordered = group;
      const random = new RowRandom(seed ^ ORDERS, group);
      // Fisher, Yates (1938), from the inside out.
      for (let i = 0; i < clusters; i++) {
        const place = random.below(i + 1);
        order[i] = order[place]!;
        order[place] = i;
      }
    }
    return order[row % clusters]!;
  };
}

/** Keeps the random numbers of orders from those of rows. */
const ORDERS = 0x2545f491;

/** Fills a row's features and gives its label. */
function fill(features: Float64Array, cluster: number, spec: Spec, random: RowRandom): number {
  switch (spec.kind) {
    case "blobs": {
      for (let j = 0; j < features.length; j++) features[j] = spec.centers[cluster]![j]! + spec.deviation * random.normal();
      return cluster;
    }
    case "classification": {
      const center = spec.centers[cluster]!;
      for (let j = 0; j < features.length; j++) features[j] = (center[j] ?? 0) + random.normal();
      return random.uniform() < spec.flip ? random.below(spec.classes) : cluster % spec.classes;
    }
    default: {
      let sum = spec.bias;
      for (let j = 0; j < features.length; j++) sum += spec.coefficients[j]! * (features[j] = random.normal());
      return spec.kind === "regression" ? sum + spec.noise * random.normal() : random.poisson(Math.exp(sum));
    }
  }
}

function rowsOf(session: SparkSession, { nSamples, numPartitions }: Rows, spec: Spec, width: number): DataFrame {
  const ids = session.range(0, nSamples, 1, numPartitions);
  const outputs = [vectorField("features", vectorOfSize(width)), doubleField("label")];
  return appendColumns(ids, generate, { inputs: ["id"], outputs, spec }).drop("id");
}

function checked(call: string, values: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, value] of Object.entries(values))
    if (!Number.isInteger(value) || value < least)
      throw new UsageError("INVALID_ARGUMENT", `${call}: ${name} must be a whole number of at least ${least}, got ${value}.`);
}

/** Plain JavaScript can say what the types do not know; 100 rows in place of `{ numRows: 3000 }` would be taken for 3,000. */
function refuseUnknown(call: string, unknown: object): void {
  const [name] = Object.keys(unknown);
  if (name !== undefined) throw new UsageError("INVALID_ARGUMENT", `${call} has no option ${name}.`);
}

/** Clusters of normal distribution around centers; the label is the cluster, from 0. */
export function makeBlobs(
  session: SparkSession,
  options: Shape & {
    /** Clusters, or their centers. */
    readonly centers?: number | readonly (readonly number[])[];
    readonly clusterStd?: number;
    /** Limits of random centers. */
    readonly centerBox?: readonly [low: number, high: number];
  } = {},
): DataFrame {
  const {
    nSamples = 100,
    nFeatures = 2,
    centers = 3,
    clusterStd = 1,
    centerBox: [low, high] = [-10, 10],
    seed = 42,
    numPartitions,
    ...unknown
  } = options;
  refuseUnknown("makeBlobs", unknown);
  checked("makeBlobs", { nFeatures, ...(typeof centers === "number" ? { centers } : {}) });
  checked("makeBlobs", { nSamples }, 0);
  const random = new RowRandom(seed, -1);
  const known =
    typeof centers === "number"
      ? Array.from({ length: centers }, () =>
          Float64Array.from({ length: nFeatures }, () => low + (high - low) * random.uniform()),
        )
      : centers.map((center) => Float64Array.from(center));
  if (known.length === 0 || known.some((center) => center.length !== known[0]!.length))
    throw new UsageError("INVALID_ARGUMENT", "makeBlobs: centers must be arrays of the same length, at least one.");
  return rowsOf(
    session,
    { nSamples, numPartitions },
    { kind: "blobs", seed, centers: known, deviation: clusterStd },
    known[0]!.length,
  );
}

/** Classes as clusters around corners of a cube of the first `nInformative` entries; the others are noise. */
export function makeClassification(
  session: SparkSession,
  options: Shape & {
    readonly nInformative?: number;
    readonly nClasses?: number;
    readonly nClustersPerClass?: number;
    /** Half the side of the cube: larger is easier. */
    readonly classSep?: number;
    /** Share of rows whose label is random. */
    readonly flipY?: number;
  } = {},
): DataFrame {
  const { nSamples = 100, nFeatures = 20, nInformative = 2, nClasses = 2, nClustersPerClass = 2, classSep = 1, flipY = 0.01, seed = 42, numPartitions, ...unknown } = options; // prettier-ignore
  refuseUnknown("makeClassification", unknown);
  checked("makeClassification", { nFeatures, nInformative, nClasses, nClustersPerClass });
  checked("makeClassification", { nSamples }, 0);
  const clusters = nClasses * nClustersPerClass;
  if (nInformative > nFeatures || clusters > 2 ** nInformative)
    throw new UsageError(
      "INVALID_ARGUMENT",
      `makeClassification: nClasses × nClustersPerClass (${clusters}) must be at most 2^nInformative (${2 ** nInformative}), and nInformative at most nFeatures (${nFeatures}).`,
    );
  const random = new RowRandom(seed, -1);
  const corners = new Set<number>();
  while (corners.size < clusters) corners.add(random.below(2 ** Math.min(nInformative, 52)));
  const centers = Array.from(corners, (corner) =>
    Float64Array.from({ length: nInformative }, (_, j) => (Math.floor(corner / 2 ** j) % 2 === 0 ? -classSep : classSep)),
  );
  return rowsOf(
    session,
    { nSamples, numPartitions },
    { kind: "classification", seed, centers, classes: nClasses, width: nFeatures, flip: flipY },
    nFeatures,
  );
}

/** Coefficients of a linear function: `nInformative` from 0 to 100, the others 0. */
function linear(
  call: string,
  { nFeatures, nInformative, seed }: Record<"nFeatures" | "nInformative" | "seed", number>,
  scale: number,
): Float64Array {
  checked(call, { nFeatures, nInformative });
  const random = new RowRandom(seed, -1);
  return Float64Array.from({ length: nFeatures }, (_, j) => (j < nInformative ? scale * random.uniform() : 0));
}

/** A linear function of normally distributed features, with normal noise. */
export function makeRegression(
  session: SparkSession,
  options: Shape & { readonly nInformative?: number; readonly bias?: number; readonly noise?: number } = {},
): DataFrame {
  const {
    nSamples = 100,
    nFeatures = 100,
    nInformative = Math.min(10, nFeatures),
    bias = 0,
    noise = 0,
    seed = 42,
    numPartitions,
    ...unknown
  } = options;
  refuseUnknown("makeRegression", unknown);
  checked("makeRegression", { nSamples }, 0);
  const coefficients = linear("makeRegression", { nFeatures, nInformative, seed }, 100);
  return rowsOf(session, { nSamples, numPartitions }, { kind: "regression", seed, coefficients, bias, noise }, nFeatures);
}

/** Counts of Poisson's distribution, whose logarithm of the mean is a linear function. */
export function makeCounts(
  session: SparkSession,
  options: Shape & { readonly nInformative?: number; readonly scale?: number } = {},
): DataFrame {
  const {
    nSamples = 100,
    nFeatures = 20,
    nInformative = Math.min(10, nFeatures),
    scale = 1,
    seed = 42,
    numPartitions,
    ...unknown
  } = options;
  refuseUnknown("makeCounts", unknown);
  checked("makeCounts", { nSamples }, 0);
  const coefficients = linear("makeCounts", { nFeatures, nInformative, seed }, scale / Math.sqrt(nInformative));
  return rowsOf(session, { nSamples, numPartitions }, { kind: "counts", seed, coefficients, bias: 0, noise: 0 }, nFeatures);
}
