/** The steps that fused loops are made of: see stage-spec's OpSpec for what each does. */
import type { Term } from "../../columnar";
import { TaskError } from "../../common/errors";
import type { TaskMetrics } from "../../storage/task-env";
import type { Sampler } from "../random/samplers";
import { type CallOp, elements, type Op, type OpBuilder, pairTerm, type PlainOp } from "./op";

type UserFunction = (argument: unknown) => unknown;

const call =
  (argument: "record" | "value", emitResult: CallOp["emitResult"]) =>
  (f: UserFunction): CallOp => ({ kind: "call", f, argument, emitResult });

const term = (code: string): Term => ({ code });

export const mapOp = call("record", (_builder, _input, result, rest) => rest(term(result)));

export const filterOp = call("record", (_builder, input, result, rest) => `if (${result}) {\n${rest(input)}\n}`);

const isIterable = (value: unknown): boolean =>
  value !== null && value !== undefined && typeof (value as Iterable<unknown>)[Symbol.iterator] === "function";

const notIterable = (scope: string, value: unknown): never => {
  const what = value === null || value === undefined ? String(value) : `a value of type ${typeof value}`;
  throw new TaskError("NOT_ITERABLE", `The function of ${scope} must return an iterable of records, and returned ${what}.`);
};

/** Runs the loop over the items of `result`, whose name may be repeated. */
function forItems(scope: string, builder: OpBuilder, result: string, body: (item: string) => string): string {
  const item = builder.local("item");
  const check = `if (!${builder.bind(isIterable, "isIterable")}(${result})) ${builder.bind(notIterable, "notIterable")}("${scope}", ${result});`;
  return `${check}\nfor (const ${item} of ${result}) {\n${body(item)}\n}`;
}

export const flatMapOp = call("record", (builder, _input, result, rest) =>
  forItems("flatMap", builder, result, (item) => rest(term(item))),
);

export const keyByOp = call("record", (_builder, input, result, rest) => rest(pairTerm(result, input.code)));

export const mapValuesOp = call("value", (builder, input, result, rest) => {
  const { setup, key } = elements(builder, input);
  return `${setup}\n${rest(pairTerm(key, result))}`;
});

export const flatMapValuesOp = call("value", (builder, input, result, rest) => {
  const { setup, key } = elements(builder, input);
  return `${setup}\n${forItems("flatMapValues", builder, result, (item) => rest(pairTerm(key, item)))}`;
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

/** Each pair as often as `times` says for its key. */
export function sampleByKeyOp(times: (key: unknown) => number): Op {
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(times, "times");
      const { setup, key } = elements(builder, input);
      const left = builder.local("left");
      return `${setup}\nfor (let ${left} = ${held}(${key}); ${left} > 0; ${left}--) {\n${rest(input)}\n}`;
    },
  };
}

/** [key, number] for each number that `draw` gives to a pair by its key. */
export function keyDrawOp(draw: (key: unknown) => readonly number[]): Op {
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(draw, "draw");
      const { setup, key } = elements(builder, input);
      const drawn = builder.local("drawn");
      const kept = builder.local("key");
      return `${setup}\nconst ${kept} = ${key};\nfor (const ${drawn} of ${held}(${kept})) {\n${rest(pairTerm(kept, drawn))}\n}`;
    },
  };
}

/** The pairs whose key passes `test`, or their values alone. */
export function keyTestOp(test: (key: unknown) => boolean, valuesOnly: boolean): Op {
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(test, "test");
      const { setup, key, value } = elements(builder, input);
      return `${setup}\nif (${held}(${key})) {\n${rest(valuesOnly ? { code: value } : input)}\n}`;
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

/** [n, record] with n going round from 0 to `count` - 1; the first is the one after `start`. */
export function distributeOp(start: number, count: number): Op {
  const state = { at: start };
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(state, "distribution");
      const at = builder.local("at");
      const record = builder.local("record");
      builder.enter(`let ${at} = ${held}.at;`);
      builder.leave(`${held}.at = ${at};`);
      return `const ${record} = ${input.code};\nif (++${at} === ${count}) ${at} = 0;\n${rest(pairTerm(at, record))}`;
    },
  };
}

/** [key, record] with the same key for all. */
export function constantKeyOp(key: number): Op {
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const held = builder.bind(key, "key");
      const record = builder.local("record");
      return `const ${record} = ${input.code};\n${rest(pairTerm(held, record))}`;
    },
  };
}
