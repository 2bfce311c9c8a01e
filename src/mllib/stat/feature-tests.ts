/** Tests of each entry of vectors against a label: chi-squared, ANOVA's F, regression's F. */
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkNumeric, checkVector } from "../base/schema";
import { type InstanceBlock, instancesOf } from "../compute/instances";
import { aggregateProgram } from "../compute/programs";
import { denseCopy } from "./covariance";
import { chiSquaredTail, fTail } from "./special-functions";

export interface FeatureTest {
  readonly pValue: number;
  readonly degreesOfFreedom: number;
  readonly statistic: number;
}

/** Different values of an entry, or of the label, that chi-squared tests take. */
const MOST_CATEGORIES = 10_000;

type Counts = Map<number, Map<number, number>>;
type PlainCounts = readonly (readonly [value: number, counts: readonly (readonly [label: number, count: number])[]])[];

const contingencies = aggregateProgram<null, InstanceBlock, PlainCounts[]>({
  name: "mllib.stat.chiSquare",
  run(blocks) {
    const columns: Counts[] = [];
    for (const block of blocks) {
      const values = denseCopy(block);
      for (let at = 0; at < values.length; at++) {
        const j = at % block.width;
        add((columns[j] ??= new Map()), values[at]!, block.label![Math.floor(at / block.width)]!, 1, j);
      }
    }
    return columns.map((counts) => Array.from(counts, ([value, labels]) => [value, [...labels]] as const));
  },
  merge(a, b) {
    if (a.length === 0) return b;
    if (b.length === 0) return a;
    return a.map((column, j) => {
      const counts: Counts = new Map(column.map(([value, labels]) => [value, new Map(labels)]));
      for (const [value, labels] of b[j]!) for (const [label, count] of labels) add(counts, value, label, count, j);
      return Array.from(counts, ([value, labels]) => [value, [...labels]] as const);
    });
  },
});

function add(counts: Counts, value: number, label: number, count: number, j: number): void {
  let labels = counts.get(value);
  if (labels === undefined) {
    if (counts.size >= MOST_CATEGORIES) throw tooMany(`entry ${j}`);
    counts.set(value, (labels = new Map<number, number>()));
  }
  labels.set(label, (labels.get(label) ?? 0) + count);
  if (labels.size > MOST_CATEGORIES) throw tooMany("the label");
}

function tooMany(what: string): DataError {
  return new DataError("TOO_MANY_CATEGORIES", `The chi-squared test takes categories, but ${what} has more than ${MOST_CATEGORIES} different values.`); // prettier-ignore
}

async function data(df: DataFrame, featuresCol: string, labelCol: string, who: string): ReturnType<typeof instancesOf> {
  const schema = await df.schema();
  checkVector(schema, featuresCol, who);
  checkNumeric(schema, labelCol, who);
  return instancesOf(df, { featuresCol, labelCol });
}

function empty(who: string): DataError {
  return new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to test.`);
}

/** Pearson's test of independence. */
export async function chiSquareTests(df: DataFrame, featuresCol: string, labelCol: string, who: string): Promise<FeatureTest[]> {
  const counts = await (await data(df, featuresCol, labelCol, who)).aggregate(contingencies, null);
  if (counts === null || counts.length === 0) throw empty(who);
  return counts.map((column) => {
    const byLabel = new Map<number, number>();
    let rows = 0;
    for (const [, labels] of column)
      for (const [label, count] of labels) {
        byLabel.set(label, (byLabel.get(label) ?? 0) + count);
        rows += count;
      }
    const degreesOfFreedom = (column.length - 1) * (byLabel.size - 1);
    if (degreesOfFreedom === 0) return { pValue: 1, degreesOfFreedom, statistic: 0 };
    let statistic = 0;
    for (const [, labels] of column) {
      const found = new Map(labels);
      const inRow = labels.reduce((sum, [, count]) => sum + count, 0);
      for (const [label, inColumn] of byLabel) {
        const expected = (inRow * inColumn) / rows;
        statistic += ((found.get(label) ?? 0) - expected) ** 2 / expected;
      }
    }
    return { pValue: chiSquaredTail(statistic, degreesOfFreedom), degreesOfFreedom, statistic };
  });
}

/** Of one class: rows, means and Σ (x - mean)² of each entry. */
interface ClassMoments {
  rows: number;
  readonly means: Float64Array;
  readonly squares: Float64Array;
}

const classMoments = aggregateProgram<null, InstanceBlock, (readonly [label: number, moments: ClassMoments])[]>({
  name: "mllib.stat.anova",
  run(blocks) {
    const classes = new Map<number, ClassMoments>();
    for (const block of blocks) {
      const values = denseCopy(block);
      for (let row = 0; row < block.rows; row++) {
        const label = block.label![row]!;
        let moments = classes.get(label);
        if (moments === undefined) {
          moments = { rows: 0, means: new Float64Array(block.width), squares: new Float64Array(block.width) };
          classes.set(label, moments);
        }
        moments.rows++;
        for (let j = 0; j < block.width; j++) {
          const x = values[row * block.width + j]!;
          const deviation = x - moments.means[j]!;
          moments.means[j]! += deviation / moments.rows;
          moments.squares[j]! += deviation * (x - moments.means[j]!);
        }
      }
    }
    return [...classes];
  },
  merge(a, b) {
    const classes = new Map(a);
    for (const [label, moments] of b) {
      const sum = classes.get(label);
      classes.set(label, sum === undefined ? moments : together(sum, moments));
    }
    return [...classes];
  },
});

function together(a: ClassMoments, b: ClassMoments): ClassMoments {
  const rows = a.rows + b.rows;
  const shifts = a.means.map((mean, j) => b.means[j]! - mean);
  return {
    rows,
    means: a.means.map((mean, j) => mean + (shifts[j]! * b.rows) / rows),
    squares: a.squares.map((square, j) => square + b.squares[j]! + (shifts[j]! ** 2 * a.rows * b.rows) / rows),
  };
}

/** One-way analysis of variance: whether the classes' means differ. */
export async function anovaTests(df: DataFrame, featuresCol: string, labelCol: string, who: string): Promise<FeatureTest[]> {
  const classes = await (await data(df, featuresCol, labelCol, who)).aggregate(classMoments, null);
  if (classes === null || classes.length === 0) throw empty(who);
  const moments = [...classes].sort((a, b) => a[0] - b[0]).map(([, each]) => each);
  const all = moments.reduce(together);
  const between = moments.length - 1;
  const within = all.rows - moments.length;
  return Array.from(all.means, (_, j) => {
    const inside = moments.reduce((sum, { squares }) => sum + squares[j]!, 0);
    const statistic = (all.squares[j]! - inside) / between / (inside / within);
    return { pValue: fTail(statistic, between, within), degreesOfFreedom: between + within, statistic };
  });
}

interface LabelProducts {
  rows: number;
  meanY: number;
  squaresY: number;
  readonly means: Float64Array;
  readonly squares: Float64Array;
  readonly products: Float64Array;
}

const labelProducts = aggregateProgram<null, InstanceBlock, LabelProducts | null>({
  name: "mllib.stat.fValue",
  run(blocks) {
    let sums: LabelProducts | null = null;
    for (const block of blocks) {
      const { rows, width } = block;
      const values = denseCopy(block);
      sums ??= { rows: 0, meanY: 0, squaresY: 0, means: new Float64Array(width), squares: new Float64Array(width), products: new Float64Array(width) }; // prettier-ignore
      for (let row = 0; row < rows; row++) {
        const y = block.label![row]!;
        sums.rows++;
        const deviationY = y - sums.meanY;
        sums.meanY += deviationY / sums.rows;
        sums.squaresY += deviationY * (y - sums.meanY);
        for (let j = 0; j < width; j++) {
          const x = values[row * width + j]!;
          const deviation = x - sums.means[j]!;
          sums.means[j]! += deviation / sums.rows;
          sums.squares[j]! += deviation * (x - sums.means[j]!);
          sums.products[j]! += deviation * (y - sums.meanY);
        }
      }
    }
    return sums;
  },
  merge(a, b) {
    if (a === null || b === null) return a ?? b;
    const rows = a.rows + b.rows;
    const factor = (a.rows * b.rows) / rows;
    const shiftY = b.meanY - a.meanY;
    const shifts = a.means.map((mean, j) => b.means[j]! - mean);
    return {
      rows,
      meanY: a.meanY + (shiftY * b.rows) / rows,
      squaresY: a.squaresY + b.squaresY + shiftY * shiftY * factor,
      means: a.means.map((mean, j) => mean + (shifts[j]! * b.rows) / rows),
      squares: a.squares.map((square, j) => square + b.squares[j]! + shifts[j]! ** 2 * factor),
      products: a.products.map((product, j) => product + b.products[j]! + shifts[j]! * shiftY * factor),
    };
  },
});

/** Whether a line through an entry says something of a continuous label. */
export async function fValueTests(df: DataFrame, featuresCol: string, labelCol: string, who: string): Promise<FeatureTest[]> {
  const found = await (await data(df, featuresCol, labelCol, who)).aggregate(labelProducts, null);
  if (found === null) throw empty(who);
  const degreesOfFreedom = found.rows - 2;
  return Array.from(found.products, (product, j) => {
    const squared = product ** 2 / (found.squares[j]! * found.squaresY);
    const statistic = (squared / (1 - squared)) * degreesOfFreedom;
    return { pValue: fTail(statistic, 1, degreesOfFreedom), degreesOfFreedom, statistic };
  });
}
