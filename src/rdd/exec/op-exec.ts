/** Steps that handle one record at a time: they join the chain of their parent. */
import type { Op } from "../pipeline/op";
import { filterOp, flatMapOp, flatMapValuesOp, keyByOp, keysOp, mapOp, mapValuesOp, numberOp, valuesOp } from "../pipeline/ops";
import type { OpSpec } from "../stage-spec";
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
    case "bernoulli":
    case "poisson":
      throw new Error("sampling");
    default:
      return calls[spec.op](task.function(spec.f));
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
