/** A shuffle between stages of a query plan: the stage that writes it says in its own plan what goes where. */
import type { PlanNode } from "./plan-node";

export class PlanShuffle {
  readonly kind = "shuffle";

  /**
   * @param node the stage that writes it.
   * @param shuffleId from the context. The caller releases the shuffle when nothing will read it any more.
   */
  constructor(
    readonly node: PlanNode,
    readonly numReducers: number,
    readonly shuffleId: number,
  ) {}
}
