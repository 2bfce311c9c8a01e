/** Spark's samples: the same rows for the same seed and partition. */
import { gatherBatch } from "../../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import { JavaRandom } from "../../../rdd/random/java-random";
import { bernoulliCell, poisson, type Sampler } from "../../../rdd/random/samplers";
import type { Attribute } from "../../expressions/expression";
import type { SampleExec } from "../../physical/plan";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";

export class SampleOperator implements Operator {
  readonly output: readonly Attribute[];

  constructor(
    private readonly node: SampleExec,
    private readonly child: Operator,
  ) {
    this.output = node.output;
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  #sampler(partition: number): Sampler {
    const { lower, upper, withReplacement, seed } = this.node;
    if (!withReplacement) return bernoulliCell(lower, upper, BigInt(seed) + BigInt(partition));
    const random = new JavaRandom(BigInt(seed));
    let own = random.nextLong();
    for (let i = 0; i < partition; i++) own = random.nextLong();
    return poisson(upper - lower, own);
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const sampler = this.#sampler(task.evaluation.partition);
    const source = this.child.open(task);
    try {
      for (let batch = source.next(); batch !== null; batch = source.next()) {
        const rows: number[] = [];
        for (let row = 0; row < batch.length; row++) {
          for (let times = sampler.sample(); times > 0; times--) rows.push(row);
        }
        if (rows.length > 0) yield counted(gatherBatch(batch, Int32Array.from(rows), rows.length), metrics);
      }
    } finally {
      source.close();
    }
  }
}
