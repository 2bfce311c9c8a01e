/** From a DataFrame to a table of bins: what the rows look like, then the bins of each. Two passes over the data. */
import type { StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import { driverMemory } from "../../common/reused-memory";
import { parseBytes } from "../../common/units";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { SparkSession } from "../../dataframe/api/spark-session";
import { aritiesOf, numClassesOf } from "../base/attributes";
import { requiredField } from "../base/schema";
import { concatArrays } from "../compute/arrays";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import { type Broadcast, broadcastPlain, type TaskData } from "../compute/task-data";
import { type BinnedTable, bytesOfRow, isWide, scaleFor, type Scales, strideOf } from "./binned-table";
import { BlockBinner } from "./binning";
import { type FeatureBins, isUnordered } from "./features";
import { joinedLabels, type Labels, labelsOf, longLabels, shortLabels, signedLabels } from "./labels";
import { type LevelBlock, levelBlocks } from "./level-blocks";
import type { LevelTraining } from "./level-wise";
import { contentOf, rowKeys } from "./row-keys";
import { type RowSample, RowSampler, sampledThresholds } from "./row-sample";
import { binnedShortRows, ShortRowCollector, type ShortRows } from "./short-rows";

export interface TrainingColumns {
  readonly featuresCol: string;
  readonly labelCol: string;
  readonly weightCol?: string | undefined;
  /** Rows for which it is not 0 are for validation. */
  readonly validationCol?: string | undefined;
}

export interface TrainingSpec extends TrainingColumns {
  readonly who: string;
  readonly classification: boolean;
  /** Of classification in two classes: trees learn -1 and 1 as numbers. */
  readonly signed?: boolean;
  readonly maxBins: number;
  /** Of histograms, where rows stay on their executors. */
  readonly maxMemoryInMB: number;
}

interface Survey {
  readonly rows: number;
  readonly width: number;
  readonly labelLow: number;
  readonly labelHigh: number;
  readonly labelsWhole: boolean;
  readonly weightSum: number;
  readonly weightHigh: number;
  readonly weightsWhole: boolean;
  readonly sample: RowSample;
}

interface PartSurvey extends Survey {
  /** The rows, where they are few and short. */
  readonly short: ShortRows | null;
}

interface SurveySpec {
  readonly maxBins: number;
  readonly validation: boolean;
  /** Bytes that a partition's rows may take in a table, and on the way to the driver. */
  readonly tableBytes: number;
  readonly sentBytes: number;
}

const survey = aggregateProgram<SurveySpec, InstanceBlock, PartSurvey | null>({
  name: "mllib.trees.survey",
  run(blocks, { maxBins, validation, tableBytes, sentBytes }) {
    let sampler: RowSampler | undefined;
    let width = 0;
    const collector = new ShortRowCollector(tableBytes, sentBytes);
    const labels = new Range();
    const weights = new Range();
    for (const block of blocks) {
      width = block.width;
      sampler ??= new RowSampler(width, maxBins);
      const { rows, label, weight } = block;
      const dense = block.short ?? block.dense;
      const skipped = validation ? skippedOf(block.extra[0]!) : null;
      collector.add(block, skipped);
      labels.add(label!, skipped);
      if (weight !== null) weights.add(weight, skipped);
      if (dense !== null) sampler.add(dense, label!, weight, skipped);
      else
        for (let from = 0, to = 0; from < rows; from = to) {
          to = Math.min(rows, from + Math.max(1, Math.floor(DENSE_VALUES / width)));
          const some = (values: Float64Array): Float64Array => values.subarray(from, to);
          sampler.add(denseRows(block, from, to), some(label!), weight && some(weight), skipped && some(skipped));
        }
    }
    if (sampler === undefined) return null;
    const rows = labels.count;
    return {
      rows,
      width,
      labelLow: labels.low,
      labelHigh: labels.high,
      labelsWhole: labels.whole,
      weightSum: weights.count === 0 ? rows : weights.sum,
      weightHigh: weights.count === 0 ? 1 : weights.high,
      weightsWhole: weights.whole,
      sample: sampler.partial(),
      short: collector.finish(),
    };
  },
});

/** Numbers of sparse rows that are written out at a time. */
const DENSE_VALUES = 1 << 15;

/** 1 of rows for validation: those whose indicator is neither 0 nor missing. */
const skippedOf = (indicator: Float64Array): Float64Array =>
  indicator.map((value) => (value === 0 || Number.isNaN(value) ? 0 : 1));

/** What is known of some numbers. */
class Range {
  count = 0;
  low = Infinity;
  high = -Infinity;
  whole = true;
  sum = 0;

  add(values: Float64Array, skipped: Float64Array | null): void {
    let { count, low, high, whole, sum } = this;
    for (let row = 0; row < values.length; row++) {
      if (skipped !== null && skipped[row] !== 0) continue;
      const value = values[row]!;
      count++;
      if (value < low) low = value;
      if (value > high) high = value;
      if (whole && !Number.isInteger(value)) whole = false;
      sum += value;
    }
    Object.assign(this, { count, low, high, whole, sum });
  }
}

function denseRows({ width, sparse }: InstanceBlock, from: number, to: number): Float64Array {
  const dense = new Float64Array((to - from) * width);
  const { starts, indices, values } = sparse!;
  for (let row = from; row < to; row++)
    for (let i = starts[row]!; i < starts[row + 1]!; i++) dense[(row - from) * width + indices[i]!] = values[i]!;
  return dense;
}

interface BinSpec {
  readonly features: readonly FeatureBins[];
  readonly wide: boolean;
  readonly validation: boolean;
}

interface BinnedRows {
  readonly rows: number;
  readonly cells: Uint8Array;
  readonly labels: Labels;
  readonly weights: Float64Array | null;
  /** 1 of rows for validation. */
  readonly held: Float64Array | null;
}

const bin = aggregateProgram<BinSpec, InstanceBlock, BinnedRows>({
  name: "mllib.trees.bin",
  run(blocks, { features, wide, validation }) {
    const binner = new BlockBinner(features, wide);
    const parts: BinnedRows[] = [];
    for (const block of blocks)
      parts.push({
        rows: block.rows,
        cells: binner.bin(block),
        labels: shortLabels(block.label!),
        weights: block.weight?.slice() ?? null,
        held: validation ? skippedOf(block.extra[0]!) : null,
      });
    return joined(parts);
  },
});

function joined(parts: readonly BinnedRows[]): BinnedRows {
  return {
    rows: parts.reduce((sum, part) => sum + part.rows, 0),
    cells: concatArrays(parts.map((part) => part.cells), Uint8Array), // prettier-ignore
    ...joinedColumns(parts),
  };
}

type RowColumns = Pick<BinnedRows, "labels" | "weights" | "held">;

function joinedColumns(parts: readonly RowColumns[]): RowColumns {
  const doubles = (of: (part: RowColumns) => Float64Array | null): Float64Array | null =>
    parts.length === 0 || of(parts[0]!) === null ? null : concatArrays(parts.map((part) => of(part)!), Float64Array); // prettier-ignore
  return {
    labels: joinedLabels(parts.map((part) => part.labels)),
    weights: doubles((part) => part.weights),
    held: doubles((part) => part.held),
  };
}

/** Of weights that are not all 1. */
interface WeightFacts {
  readonly most: number;
  readonly whole: boolean;
}

interface Gathered {
  readonly learned: BinnedRows;
  readonly held: BinnedRows | null;
}

/** What a fit knows of its rows, once for all trees and candidates. */
export class Training {
  readonly #tables = new Map<boolean, Broadcast>();
  readonly #blocks = new Map<string, TaskData<LevelBlock>>();

  constructor(
    private readonly session: SparkSession,
    readonly width: number,
    /** 0 in regression. */
    readonly classes: number,
    readonly features: readonly FeatureBins[],
    readonly scales: Scales,
    readonly weightSum: number,
    /** Rows to learn from. */
    readonly rows: number,
    readonly weights: WeightFacts | null,
    private readonly signed: boolean,
    /** Null where the rows stay on their executors. */
    private readonly gathered: Gathered | null,
    private readonly instances: TaskData<InstanceBlock>,
    private readonly validation: boolean,
    private readonly memory: number,
  ) {}

  /** Whether tasks can have all rows at once. */
  get isGathered(): boolean {
    return this.gathered !== null;
  }

  /** The table for tasks, offered to executors once. With keys where trees see samples. */
  table(sampled: boolean): Broadcast {
    let broadcast = this.#tables.get(sampled);
    if (broadcast === undefined) {
      const learned = this.#tableOf(this.gathered!.learned, sampled);
      const held = this.gathered!.held === null ? null : this.#tableOf(this.gathered!.held, false);
      broadcast = broadcastPlain(this.session, { learned, held } satisfies TrainingTables);
      if (learned.keys !== null) driverMemory.giveBack(learned.keys);
      this.#tables.set(sampled, broadcast);
    }
    return broadcast;
  }

  #tableOf({ rows, cells, labels, weights }: BinnedRows, sampled: boolean): BinnedTable {
    const wide = isWide(this.features);
    const stride = strideOf(this.width, wide);
    const classes = this.classes > 0 && !this.signed ? new Uint16Array(labels) : null;
    const targets = classes !== null ? null : this.signed ? signedLabels(labels) : labels;
    const keys = sampled ? keysOf(cells, stride, labels, weights, rows) : null;
    return { rows, stride, wide, cells, classes, targets, weights, keys };
  }

  /** The rows in blocks on their executors. */
  levels(sampled: boolean, boosted: boolean): LevelTraining {
    const key = `${sampled} ${boosted}`;
    let blocks = this.#blocks.get(key);
    if (blocks === undefined) {
      const { features, signed, validation } = this;
      blocks = this.instances.map(levelBlocks, { features, signed, sampled, boosted, validation }).persist();
      this.#blocks.set(key, blocks);
    }
    return { blocks, rows: this.rows, weighted: this.weights !== null, scales: this.scales, loss: null, memory: this.memory };
  }

  get isValidated(): boolean {
    return this.validation;
  }

  async release(): Promise<void> {
    for (const blocks of this.#blocks.values()) await blocks.release();
    this.#blocks.clear();
    const all = [...this.#tables.values()];
    this.#tables.clear();
    await Promise.all(all.map((broadcast) => broadcast.release()));
    if (this.gathered !== null) driverMemory.giveBack(this.gathered.learned);
  }
}

/** In memory of the driver. */
function keysOf(cells: Uint8Array, stride: number, labels: Labels, weights: Float64Array | null, rows: number): Uint32Array {
  const room = driverMemory.bytes(8 * rows);
  const keys = rowKeys(contentOf(cells, stride, longLabels(labels, room), weights), rows, driverMemory);
  driverMemory.giveBack(room);
  return keys;
}

/** What a task gets. Plain data. */
export interface TrainingTables {
  readonly learned: BinnedTable;
  readonly held: BinnedTable | null;
}

/** Looks at the rows and bins them. The columns of the schema were checked. */
export async function trainingOf(df: DataFrame, schema: StructType, spec: TrainingSpec): Promise<Training> {
  const { featuresCol, labelCol, weightCol, validationCol } = spec;
  const instances = await instancesOf(df, {
    featuresCol,
    labelCol,
    weightCol,
    extra: validationCol === undefined ? [] : [validationCol],
    passing: true,
  });
  const { who, classification } = spec;
  const validation = validationCol !== undefined;
  const { found, short } = await surveyed(df.sparkSession, instances, spec, validation);
  if (found.width === 0)
    throw new DataError("INVALID_FEATURES", `${who}: the features are empty vectors; there is nothing to ask.`);
  const classes = classification ? classesOf(found, numClassesOf(requiredField(schema, labelCol, who)), spec) : 0;
  // Votes are shares of weights.
  if (classes > 0 && spec.signed !== true && found.weightSum === 0)
    throw new UsageError("INVALID_TRAINING_DATA", `${who}: the sum of the weights of the training dataset is zero.`);
  const maxBins = Math.min(spec.maxBins, found.rows);
  const arities = aritiesOf(requiredField(schema, featuresCol, who));
  const features = Array.from({ length: found.width }, (_, i): FeatureBins => {
    const arity = arities?.[i] ?? null;
    if (arity === null || arity <= 1)
      return { kind: "continuous", thresholds: sampledThresholds(found.sample, i, maxBins - 1), arity: -1 };
    if (arity > maxBins)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${who}: maxBins (= ${maxBins}${maxBins < spec.maxBins ? ", the number of rows" : ""}) must be at least the number of values of each categorical feature, but feature ${i} has ${arity}. Set maxBins to ${arity} or more, or leave the feature out.`,
      );
    return {
      kind: isUnordered(arity, classes, maxBins) ? "unordered" : "ordered",
      thresholds: new Float64Array(0),
      arity,
    };
  });
  const wide = isWide(features);
  const stride = strideOf(found.width, wide);
  const weighted = weightCol !== undefined;
  let gathered: Gathered | null = null;
  if (found.rows * bytesOfRow(stride) <= mostTableBytes(df.sparkSession)) {
    const all =
      short === null
        ? joined((await instances.partials(bin, { features, wide, validation })).filter((part) => part.rows > 0))
        : { rows: rowsOf(short), cells: binnedShortRows(short, features), ...joinedColumns(short) };
    gathered = separated(all, stride);
  }
  const scales = scalesOf(found, classes);
  // Of rows in one part, labels and weights were not copied; the rest of what tasks have told of the rows is not looked at again.
  if (short !== null && short.length > 1) driverMemory.giveBack(short);
  return new Training(
    df.sparkSession,
    found.width,
    classes,
    features,
    scales,
    found.weightSum,
    found.rows,
    weighted ? { most: found.weightHigh, whole: found.weightsWhole } : null,
    spec.signed === true,
    gathered,
    instances,
    validation,
    Math.max(1, spec.maxMemoryInMB) * 2 ** 20,
  );
}

/** How large a table each task of an executor can have, twice: as it came, and where the kernels work. */
function mostTableBytes(session: SparkSession): number {
  const { context } = session.core.port;
  const memory = parseBytes(context.conf("spark.executor.memory") ?? "1g", "spark.executor.memory", "m");
  return memory * Number(context.conf("firesteel.mllib.trees.tableShare") ?? 0.25);
}

/** Of all that results of tasks may be (`spark.driver.maxResultSize`), what rows may be. */
const SENT_SHARE = 1 / 4;

function mostSentBytes(session: SparkSession): number {
  const key = "spark.driver.maxResultSize";
  const bound = parseBytes(session.core.port.context.conf(key) ?? "1g", key);
  return bound === 0 ? Infinity : bound * SENT_SHARE;
}

const rowsOf = (parts: readonly { readonly rows: number }[]): number => parts.reduce((sum, part) => sum + part.rows, 0);

/** What is known of all rows; and the rows, where they are all short and few. */
async function surveyed(
  session: SparkSession,
  instances: TaskData<InstanceBlock>,
  { who, maxBins }: TrainingSpec,
  validation: boolean,
): Promise<{ readonly found: Survey; readonly short: readonly ShortRows[] | null }> {
  const partitions = Math.max(1, await instances.numPartitions());
  const [tableBytes, sentBytes] = [mostTableBytes(session) / partitions, mostSentBytes(session) / partitions];
  const parts: PartSurvey[] = [];
  let sampler: RowSampler | undefined;
  // Samples are joined while other partitions are still looked at.
  await instances.eachPartial(survey, { maxBins, validation, tableBytes, sentBytes }, (part) => {
    if (part === null) return;
    parts.push(part);
    sampler ??= new RowSampler(part.width, maxBins);
    if (part.width === sampler.width) sampler.merge(part.sample);
  });
  const rows = rowsOf(parts);
  if (rows === 0) throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to fit.`);
  const [first] = parts as [PartSurvey, ...PartSurvey[]];
  for (const { width } of parts)
    if (width !== first.width)
      throw new DataError(
        "VECTOR_SIZES_DIFFER",
        `${who}: the features hold vectors of ${first.width} and of ${width} entries; all must have as many.`,
      );
  const short = parts.map((part) => part.short);
  const found = {
    rows,
    width: first.width,
    labelLow: Math.min(...parts.map((part) => part.labelLow)),
    labelHigh: Math.max(...parts.map((part) => part.labelHigh)),
    labelsWhole: parts.every((part) => part.labelsWhole),
    weightSum: parts.reduce((sum, part) => sum + part.weightSum, 0),
    weightHigh: Math.max(...parts.map((part) => part.weightHigh)),
    weightsWhole: parts.every((part) => part.weightsWhole),
    sample: sampler!.finish(),
  };
  return { found, short: short.every((part) => part !== null) ? short : null };
}

/** More classes than this are labels that are none (Spark's limit). */
const MOST_CLASSES = 100;

function classesOf(
  { labelLow, labelHigh, labelsWhole }: Survey,
  known: number | undefined,
  { who, labelCol, signed }: TrainingSpec,
): number {
  const wrong = (what: string): DataError =>
    new DataError("INVALID_LABEL", `${who}: column ${labelCol} must hold classes 0, 1, 2, …; ${what}.`);
  if (!labelsWhole) throw wrong("it holds labels that are not whole numbers");
  if (labelLow < 0) throw wrong(`it holds ${labelLow}`);
  if (known !== undefined && labelHigh >= known) throw wrong(`it is said to have ${known}, but holds ${labelHigh}`);
  if (signed === true && Math.max(known ?? 2, labelHigh + 1) > 2) throw wrong("only two classes, 0 and 1, can be boosted");
  const classes = known ?? labelHigh + 1;
  if (classes > (known === undefined ? MOST_CLASSES : 65_536))
    throw wrong(`it holds ${labelHigh}, and more than ${MOST_CLASSES} classes are taken only where the column's metadata say so`);
  return Math.max(classes, 2);
}

function scalesOf(found: Survey, classes: number): Scales {
  const { rows, weightHigh, weightsWhole, labelsWhole, sample } = found;
  const weight = weightsWhole ? scaleFor(rows, weightHigh, 1) : scaleFor(rows, weightHigh);
  if (classes > 0) return { weight, value: 1, square: 1, center: 0 };
  // Any number in the middle of the labels serves, as long as it does not depend on the partitioning.
  const whole = labelsWhole && weightsWhole;
  const middle = sample.labels.toSorted()[sample.labels.length >> 1]!;
  const most = (center: number): number => Math.max(Math.abs(found.labelLow - center), Math.abs(found.labelHigh - center));
  const exact = whole && scaleFor(rows, most(0) * most(0) * weightHigh) >= 1;
  const center = exact ? 0 : middle;
  const limit = exact ? 1 : Infinity;
  const size = most(center);
  return {
    weight,
    value: scaleFor(rows, size * weightHigh, limit),
    square: scaleFor(rows, size * size * weightHigh, limit),
    center,
  };
}

/** Rows to learn from, and those for validation. */
function separated(all: BinnedRows, stride: number): Gathered {
  if (all.held === null) return { learned: all, held: null };
  const pick = (wanted: number): BinnedRows => {
    const rows = [...all.held!.keys()].filter((row) => all.held![row] === wanted);
    const cells = new Uint8Array(rows.length * stride);
    rows.forEach((row, i) => cells.set(all.cells.subarray(row * stride, (row + 1) * stride), i * stride));
    return {
      rows: rows.length,
      cells,
      labels: labelsOf(all.labels, rows),
      weights: all.weights === null ? null : Float64Array.from(rows, (row) => all.weights![row]!),
      held: null,
    };
  };
  return { learned: pick(0), held: pick(1) };
}
