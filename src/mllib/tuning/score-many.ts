/** Judging many models on the same rows in few jobs. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Transformer } from "../base/transformer";
import type { Evaluator } from "../evaluation/evaluator";
import type { ParamMap } from "../param/param";
import { PipelineModel } from "../pipeline/pipeline";
import { type OutputColumns, predictsMany } from "./sharing";

/** A model with the candidate that it is of. */
export interface Candidate {
  readonly index: number;
  readonly model: Transformer;
  readonly map: ParamMap;
}

export type Score = { readonly index: number; readonly score: number } | { readonly index: number; readonly error: unknown };

/** What Spark does: a job for each. */
export async function scoreOne({ index, model, map }: Candidate, rows: DataFrame, evaluator: Evaluator): Promise<Score> {
  try {
    return { index, score: await evaluator.evaluate(model.transform(rows, map)) };
  } catch (error) {
    return { index, error };
  }
}

/** Candidates in one job together: each of them is in the plan, which should not grow without end. */
const MOST_TOGETHER = 32;

/** The same scores, to the last bit. Stages that pipelines have in common transform the rows once. */
export async function scoreMany(candidates: readonly Candidate[], rows: DataFrame, evaluator: Evaluator): Promise<Score[]> {
  const leaves = leavesOf(candidates.map((candidate) => ({ candidate, stages: stagesOf(candidate.model) })), rows); // prettier-ignore
  const scores = await Promise.all(leaves.map((leaf) => scoreLeaf(leaf, evaluator)));
  return scores.flat();
}

interface Way {
  readonly candidate: Candidate;
  /** Stages that are to be passed yet. */
  readonly stages: readonly Transformer[];
}

interface Leaf {
  readonly rows: DataFrame;
  readonly ways: readonly Way[];
}

function stagesOf(model: Transformer): readonly Transformer[] {
  return model instanceof PipelineModel ? model.stages.flatMap(stagesOf) : [model];
}

/** Candidates by the stages that they have in common, except their last. */
function leavesOf(ways: readonly Way[], rows: DataFrame): Leaf[] {
  const last = ways.filter(({ stages }) => stages.length <= 1);
  const groups = new Map<Transformer, Way[]>();
  for (const way of ways) {
    const [first, ...rest] = way.stages;
    if (first === undefined || rest.length === 0) continue;
    const group = groups.get(first) ?? [];
    groups.set(first, group);
    group.push({ ...way, stages: rest });
  }
  const chunks = Array.from({ length: Math.ceil(last.length / MOST_TOGETHER) }, (_, i) =>
    last.slice(i * MOST_TOGETHER, (i + 1) * MOST_TOGETHER),
  );
  return [
    ...chunks.map((chunk) => ({ rows, ways: chunk })),
    ...[...groups].flatMap(([stage, members]) => leavesOf(members, stage.transform(rows))),
  ];
}

async function scoreLeaf({ rows, ways }: Leaf, evaluator: Evaluator): Promise<Score[]> {
  const outputs = ways.map(({ stages }, i) => (stages[0] === undefined ? null : outputsOf(stages[0], evaluator, `${i}`)));
  if (ways.length > 1 && outputs.every((names) => names !== null)) {
    const models = ways.map(({ stages }) => stages[0]!);
    const columns = outputs.map(({ columns }) => columns);
    const judged = outputs.map(({ judged }) => judged);
    try {
      const metrics = await evaluator.evaluateMany(transformAll(models, rows, columns), judged);
      return ways.map(({ candidate }, i) => ({ index: candidate.index, score: metrics[i]! }));
    } catch {
      // One by one, to see whose fault it is.
    }
  }
  const scores: Score[] = [];
  for (const { candidate, stages } of ways) {
    try {
      const predicted = stages.reduce((data, stage) => stage.transform(data), rows);
      scores.push({ index: candidate.index, score: await evaluator.evaluate(predicted) });
    } catch (error) {
      scores.push({ index: candidate.index, error });
    }
  }
  return scores;
}

function transformAll(models: readonly Transformer[], rows: DataFrame, columns: readonly OutputColumns[]): DataFrame {
  const [first] = models;
  const alike = models.every((model) => model.constructor === first!.constructor);
  const together = alike && predictsMany<Transformer>(first) ? first.transformMany(models, rows, columns) : null;
  return together ?? models.reduce((data, model, i) => model.transform(data, columns[i]), rows);
}

/** Parameters that name columns which models add. */
const OUTPUTS = ["predictionCol", "rawPredictionCol", "probabilityCol", "leafCol", "varianceCol", "linkPredictionCol"];

/**
 * Names of its own for what a model adds, of which the evaluator hears; what the evaluator does not read is not made. Null where
 * the model's columns are not known by such parameters, or the evaluator reads none of them.
 */
function outputsOf(
  model: Transformer,
  evaluator: Evaluator,
  suffix: string,
): { readonly columns: OutputColumns; readonly judged: OutputColumns } | null {
  const columns: Record<string, string> = {};
  const judged: Record<string, string> = {};
  const read = new Map(
    evaluator
      .columnsRead()
      .filter((name) => evaluator.isDefined(name))
      .map((name) => [evaluator.getOrDefault(name), name]),
  );
  for (const name of OUTPUTS) {
    if (!model.hasParam(name) || !model.isDefined(name)) continue;
    const column = model.getOrDefault(name) as string;
    const reads = read.get(column);
    if (column === "") continue;
    if (reads !== undefined) columns[name] = judged[reads] = `${column}__${suffix}`;
    else if (name === "predictionCol") columns[name] = `${column}__${suffix}`;
    else columns[name] = "";
  }
  return Object.keys(judged).length === 0 ? null : { columns, judged };
}
