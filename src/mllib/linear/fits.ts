/** Fits of linear models as computations over training rows (TrainingRows.fit). */
import { asked, stepsProgram } from "../compute";
import type { StepsProgram } from "../compute/steps";
import { fitGlm, type GlmFit, type GlmOptions } from "./glm-fit";
import { fitLinear } from "./linear-fit";
import { fitLogistic } from "./logistic-fit";
import type { PassSteps } from "./objective";
import { type FitSpec, found, moments, passes } from "./programs";
import type { Summary } from "./summary";
import { fitSurvival } from "./survival-fit";
import { fitSvc } from "./svc-fit";
import type { TrainingRows } from "./training-data";

/** What a fit by passes begins with; plain data. */
export interface PassFit<O> {
  readonly summary: Summary;
  readonly options: O;
}

function passFit<O, T>(name: string, fit: (summary: Summary, options: O) => PassSteps<T>): StepsProgram<FitSpec<PassFit<O>>, T> {
  return stepsProgram({
    name,
    *run({ id, who, what }) {
      const steps = fit(what.summary, what.options);
      let next = steps.next();
      while (next.done !== true) next = steps.next(found(yield* asked(passes, { id, what: next.value }), who));
      return next.value;
    },
  });
}

export const logisticFit = passFit("mllib.linear.logisticFit", fitLogistic);
export const svcFit = passFit("mllib.linear.svcFit", fitSvc);
export const linearFit = passFit("mllib.linear.linearFit", fitLinear);

export const survivalFit = passFit("mllib.linear.survivalFit", fitSurvival);

const reweighted = stepsProgram<FitSpec<GlmOptions>, GlmFit>({
  name: "mllib.linear.glmFit",
  *run({ id, who, what }) {
    const steps = fitGlm(what);
    let next = steps.next();
    while (next.done !== true) next = steps.next(found(yield* asked(moments, { id, what: next.value }), who));
    return next.value;
  },
});

/** A fit that needs the moments of the rows as they are, and nothing else, shares them with the others of these rows. */
export async function glmFit(rows: TrainingRows, options: GlmOptions): Promise<GlmFit> {
  const steps = fitGlm(options);
  const first = steps.next();
  const last = first.done !== true && first.value === null ? steps.next(await rows.moments()) : first;
  return last.done === true ? last.value : rows.fit(reweighted, options);
}
