/** The steps that fused loops are made of: see stage-spec's OpSpec for what each does. */
import type { TaskMetrics } from "../../storage/task-env";
import type { Sampler } from "../random/samplers";
import type { Term } from "../../columnar";
import { type CallOp, elements, type Op, pairTerm, type PlainOp } from "./op";

type UserFunction = (argument: unknown) => unknown;

const call = (argument: "record" | "value", emitResult: CallOp["emitResult"]) => (f: UserFunction): CallOp => ({ kind: "call", f, argument, emitResult });

const term = (code: string): Term => ({ code });

export const mapOp = call("record", (_builder, _input, result, rest) => rest(term(result)));

export const filterOp = call("record", (_builder, input, result, rest) => `if (${result}) {\n${rest(input)}\n}`);

export const flatMapOp = call("record", (builder, _input, result, rest) => {
  const item = builder.local("item");
  return `for (const ${item} of ${result}) {\n${rest(term(item))}\n}`;
});

export const keyByOp = call("record", (_builder, input, result, rest) => rest(pairTerm(result, input.code)));

export const mapValuesOp = call("value", (builder, input, result, rest) => {
  const { setup, key } = elements(builder, input);
  return `${setup}\n${rest(pairTerm(key, result))}`;
});

export const flatMapValuesOp = call("value", (builder, input, result, rest) => {
  const { setup, key } = elements(builder, input);
  const item = builder.local("item");
  return `${setup}\nfor (const ${item} of ${result}) {\n${rest(pairTerm(key, item))}\n}`;
});

export const keysOp: PlainOp = {
  kind: "plain",
  emit: (builder, input, rest) => {
    const { setup, key } = elements(builder, input);
    return `${setup}\n${rest(term(key))}`;
  },
};

export const valuesOp: PlainOp = {
  kind: "plain",
  emit: (builder, input, rest) => {
    const { setup, value } = elements(builder, input);
    return `${setup}\n${rest(term(value))}`;
  },
};

/** [record, n] with n counting from `start` in steps of `step`. */
export function numberOp(start: number, step: number): Op {
  const state = { next: start };
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(state, "numbering");
      const next = builder.local("next");
      const number = builder.local("number");
      builder.enter(`let ${next} = ${held}.next;`);
      builder.leave(`${held}.next = ${next};`);
      const record = builder.local("record");
      return `const ${record} = ${input.code}, ${number} = ${next}; ${next} += ${step};\n${rest(pairTerm(record, number))}`;
    },
  };
}

/** Each record as often as the sampler says. */
export function sampleOp(sampler: Sampler): Op {
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(sampler, "sampler");
      const times = builder.local("times");
      return `for (let ${times} = ${held}.sample(); ${times} > 0; ${times}--) {\n${rest(input)}\n}`;
    },
  };
}

/** Counts records that come from files. */
export function countInputOp(metrics: TaskMetrics): Op {
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(metrics, "metrics");
      const count = builder.local("records");
      builder.enter(`let ${count} = 0;`);
      builder.leave(`${held}.inputRecords += ${count};`);
      return `${count}++;\n${rest(input)}`;
    },
  };
}
