/** Steps that handle one record at a time: they join the chain of their parent. */
import type { Op } from "../pipeline/op";
import { filterOp, flatMapOp, flatMapValuesOp, keyByOp, keysOp, mapOp, mapValuesOp, numberOp, sampleOp, valuesOp } from "../pipeline/ops";
import { bernoulli, bernoulliCell, poisson, type Sampler } from "../random/samplers";
import type { OpSpec, SamplerSpec } from "../stage-spec";
import type { Chain, ExecNode } from "./chain";
import type { TaskRun } from "./task-run";

const calls = { map: mapOp, filter: filterOp, flatMap: flatMapOp, keyBy: keyByOp, mapValues: mapValuesOp, flatMapValues: flatMapValuesOp };

function makeOp(spec: OpSpec, partition: number, task: TaskRun): Op {
  switch (spec.op) {
    case "keys":
      return keysOp;
    case "values":
      return valuesOp;
    case "index":
      return numberOp(spec.starts[partition]!, 1);
    case "uniqueId":
      return numberOp(partition, spec.step);
    case "sample":
      return sampleOp(makeSampler(spec.sampler, spec.seeds[partition]!));
    default:
      return calls[spec.op](task.function(spec.f));
  }
}

function makeSampler(spec: SamplerSpec, seed: bigint): Sampler {
  switch (spec.kind) {
    case "bernoulli":
      return bernoulli(spec.fraction, seed);
    case "cell":
      return bernoulliCell(spec.lower, spec.upper, seed);
    case "poisson":
      return poisson(spec.mean, seed);
  }
}

export class OpExec implements ExecNode {
  constructor(
    private readonly parent: ExecNode,
    private readonly spec: OpSpec,
  ) {}

  chain(partition: number): Chain {
    const parent = this.parent.chain(partition);
    return { open: parent.open, ops: [...parent.ops, (task) => makeOp(this.spec, partition, task)] };
  }
}
