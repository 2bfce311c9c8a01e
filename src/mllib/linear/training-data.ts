/** What fits ask of their training rows. Each question is a job over the rows; the rows are kept in between. */
import type { Moments } from "../optim/moments";
import type { Reweighting } from "./reweight";
import type { PassResult, PassSpec } from "./pass";
import type { Summary } from "./summary";

export interface LinearData {
  readonly width: number;
  /** Asked for once, however often it is called. `classes`: with the weight of each label. */
  summary(classes: boolean): Promise<Summary>;
  pass(spec: PassSpec): Promise<PassResult>;
  /** With `reweighting`, of other labels and weights than the rows' own. */
  moments(reweighting?: Reweighting): Promise<Moments>;
}
