/** Fits on training blocks in this process. */
import type { MomentSteps } from "../../../src/mllib/linear/glm-fit";
import type { PassSteps } from "../../../src/mllib/linear/objective";
import { runPass } from "../../../src/mllib/linear/pass";
import { reweighted } from "../../../src/mllib/linear/reweight";
import { momentsOf } from "../../../src/mllib/linear/summary";
import type { TrainingBlock } from "../../../src/mllib/linear/tiles";

export function passing<T>(blocks: readonly TrainingBlock[], steps: PassSteps<T>): T {
  let next = steps.next();
  while (next.done !== true) next = steps.next(runPass(blocks, next.value));
  return next.value;
}

export function reweighting<T>(blocks: readonly TrainingBlock[], steps: MomentSteps<T>): T {
  let next = steps.next();
  while (next.done !== true) {
    const how = next.value;
    next = steps.next(momentsOf(blocks, how === null ? undefined : (block) => reweighted(block, how))!);
  }
  return next.value;
}
