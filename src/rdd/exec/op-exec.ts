/** Steps that handle one record at a time: they join the chain of their parent. */
import { compareKeys, decodeValue, KeyMap, sameKey } from "../../columnar";
import { TaskError } from "../../common/errors";
import { show } from "../arguments";
import type { Op } from "../pipeline/op";
import {
  constantKeyOp,
  distributeOp,
  filterOp,
  flatMapOp,
  flatMapValuesOp,
  keyByOp,
  keysOp,
  keyTestOp,
  mapOp,
  mapValuesOp,
  numberOp,
  keyDrawOp,
  sampleByKeyOp,
  sampleOp,
  valuesOp,
} from "../pipeline/ops";
import { arrivalsBelow, bernoulli, bernoulliCell, byFraction, drawsBelow, poisson, type Sampler } from "../random/samplers";
import { XorShiftRandom } from "../random/xor-shift";
import type { OpSpec, SamplerSpec } from "../stage-spec";
import type { Chain, ExecNode } from "./chain";
import type { TaskRun } from "./task-run";

const calls = {
  map: mapOp,
  filter: filterOp,
  flatMap: flatMapOp,
  keyBy: keyByOp,
  mapValues: mapValuesOp,
  flatMapValues: flatMapValuesOp,
};

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
    case "distribute":
      return distributeOp(new XorShiftRandom(BigInt(partition)).nextIntBelow(spec.numPartitions), spec.numPartitions);
    case "constantKey":
      return constantKeyOp(0);
    case "sampleByKey":
      return sampleByKeyOp(timesOf(spec, fractionOf(spec.fractions, task), spec.seeds[partition]!));
    case "keyDraws":
      return keyDrawOp(
        (spec.withReplacement ? arrivalsBelow : drawsBelow)(fractionOf(spec.fractions, task), spec.seeds[partition]!),
      );
    case "valuesOf": {
      const wanted = decodeValue(spec.key, task.values);
      const simple = typeof wanted === "string" || (typeof wanted === "number" && wanted === wanted);
      return keyTestOp(simple ? (key) => key === wanted : (key) => sameKey(key, wanted), true);
    }
    case "keyRange": {
      const [low, high] = decodeValue(spec.range, task.values) as [unknown, unknown];
      return keyTestOp((key) => compareKeys(key, low) >= 0 && compareKeys(key, high) <= 0, false);
    }
    case "sample":
      return sampleOp(makeSampler(spec.sampler, spec.seeds[partition]!));
    default:
      return calls[spec.op](task.function(spec.f));
  }
}

function timesOf(
  { exact, withReplacement }: Extract<OpSpec, { op: "sampleByKey" }>,
  fraction: (key: unknown) => number,
  seed: bigint,
): (key: unknown) => number {
  if (!(exact && withReplacement)) return byFraction(fraction, withReplacement, seed);
  const arrivals = arrivalsBelow(fraction, seed);
  return (key) => arrivals(key).length;
}

function fractionOf(encoded: Uint8Array, task: TaskRun): (key: unknown) => number {
  const fractions = new KeyMap(decodeValue(encoded, task.values) as [unknown, number][]);
  return (key) => {
    const fraction = fractions.get(key);
    if (fraction === undefined)
      throw new TaskError("MISSING_FRACTION", `sampleByKey: no fraction is given for the key ${show(key)}.`);
    return fraction;
  };
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
