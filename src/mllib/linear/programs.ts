/** What is asked of training rows in tasks. */
import { DataError } from "../../common/errors";
import { aggregateProgram, type InstanceBlock, type ProgramTask, rowsProgram } from "../compute";
import { addMoments, type Moments } from "../optim/moments";
import { keptRecords, recordMemory } from "../compute/kept-records";
import { addPass, type PassResult, type PassSpec, runPass } from "./pass";
import { reweighted, type Reweighting } from "./reweight";
import { addSummary, momentsOf, summarize, type Summary } from "./summary";
import { KeptRoom, TileRoom, type TrainingBlock, trainingBlock } from "./tiles";

/** What a program is asked, of which rows: `id` names those that threads may keep between passes. */
export interface Asked<T> {
  readonly id: string | null;
  readonly what: T;
}

/** What a fit is given that looks at the rows many times. */
export interface FitSpec<W> extends Asked<W> {
  /** Whose error it is that there are no rows. */
  readonly who: string;
}

/** Throws of no rows. */
export function found<T>(answer: T | null, who: string): T {
  if (answer === null) throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to fit.`);
  return answer;
}

interface TilesSpec {
  readonly featureless: boolean;
  /** Each block is of no use any more when the next one is asked for. */
  readonly passing: boolean;
}

export const tiles = rowsProgram<TilesSpec, InstanceBlock, TrainingBlock>({
  name: "mllib.linear.tiles",
  *run(blocks, { featureless, passing }, task) {
    const none = { width: 0, dense: new Float64Array(0), short: null, sparse: null };
    const room = passing ? new TileRoom() : new KeptRoom(recordMemory(task));
    for (const block of blocks) yield trainingBlock(featureless ? { ...block, ...none } : block, room);
  },
});

/** Executors keep tiles as bytes, threads the tiles of what they have room for. */
function rowsOf(blocks: Iterable<TrainingBlock>, { id }: Asked<unknown>, task: ProgramTask): Iterable<TrainingBlock> {
  return id === null ? blocks : keptRecords(task, id, blocks);
}

export const summaries = aggregateProgram<Asked<{ readonly classes: boolean }>, TrainingBlock, Summary | null>({
  name: "mllib.linear.summary",
  run: (blocks, asked, task) => summarize(rowsOf(blocks, asked, task), asked.what.classes),
  merge: (a, b) => (a === null || b === null ? (a ?? b) : addSummary(sameWidth(a, b), b)),
});

export const passes = aggregateProgram<Asked<PassSpec>, TrainingBlock, PassResult>({
  name: "mllib.linear.pass",
  run: (blocks, asked, task) => runPass(rowsOf(blocks, asked, task), asked.what),
  merge: addPass,
});

export const moments = aggregateProgram<Asked<Reweighting | null>, TrainingBlock, Moments | null>({
  name: "mllib.linear.moments",
  run(blocks, asked, task) {
    const how = asked.what;
    return momentsOf(rowsOf(blocks, asked, task), how === null ? undefined : (block) => reweighted(block, how));
  },
  merge: (a, b) => (a === null || b === null ? (a ?? b) : addMoments(sameWidth(a, b), b)),
});

function sameWidth<T extends { readonly means: Float64Array }>(a: T, b: T): T {
  if (a.means.length !== b.means.length)
    throw new DataError(
      "VECTOR_SIZES_DIFFER",
      `The features hold vectors of ${a.means.length} and of ${b.means.length} entries; all must have as many.`,
    );
  return a;
}
