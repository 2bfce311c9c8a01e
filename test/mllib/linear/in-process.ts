/** Training data in this process. */
import { runPass } from "../../../src/mllib/linear/pass";
import { reweighted } from "../../../src/mllib/linear/reweight";
import { momentsOf, summarize } from "../../../src/mllib/linear/summary";
import type { TrainingBlock } from "../../../src/mllib/linear/tiles";
import type { LinearData } from "../../../src/mllib/linear/training-data";

export function inProcess(blocks: readonly TrainingBlock[]): LinearData {
  const { width } = blocks[0]!;
  return {
    width,
    summary: (classes) => Promise.resolve(summarize(blocks, width, classes)),
    pass: (spec) => Promise.resolve(runPass(blocks, spec)),
    moments: (reweighting) =>
      Promise.resolve(
        momentsOf(blocks, width, reweighting === undefined ? undefined : (block) => reweighted(block, reweighting)),
      ),
  };
}
