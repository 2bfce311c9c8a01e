/** What actions do with the records of a partition, as the ends of fused loops. */
import type { KeyMap, LoopBuilder, Sink, SinkCode } from "../../columnar";
import { TaskError } from "../../common/errors";
import { elements, type Op } from "../pipeline/op";
import { StatCounter } from "../stat-counter";

export class CountSink implements Sink {
  count = 0;

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "counter");
    const count = builder.local("count");
    return { enter: `let ${count} = ${held}.count;`, row: () => `${count}++;`, leave: `${held}.count = ${count};` };
  }
}

type Binary = (a: unknown, b: unknown) => unknown;

/** Combines records with each other. */
export class ReduceSink implements Sink {
  hasValue = false;
  value: unknown = undefined;

  constructor(private readonly f: Binary) {}

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "reduced");
    const f = builder.bind(this.f, "reduce");
    const has = builder.local("has");
    const value = builder.local("value");
    return {
      enter: `let ${has} = ${held}.hasValue, ${value} = ${held}.value;`,
      row: (record) =>
        `if (${has}) ${value} = ${f}(${value}, ${record.code}); else { ${value} = ${record.code}; ${has} = true; }`,
      leave: `${held}.hasValue = ${has}; ${held}.value = ${value};`,
    };
  }
}

/** Takes records into a value that starts as `value`. */
export class AggregateSink implements Sink {
  constructor(
    public value: unknown,
    private readonly f: Binary,
  ) {}

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "aggregated");
    const f = builder.bind(this.f, "aggregate");
    const value = builder.local("value");
    return {
      enter: `let ${value} = ${held}.value;`,
      row: (record) => `${value} = ${f}(${value}, ${record.code});`,
      leave: `${held}.value = ${value};`,
    };
  }
}

/** The sum of numbers, added from left to right. */
export class SumSink implements Sink {
  sum = 0;

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "summed");
    const sum = builder.local("sum");
    const number = builder.local("number");
    return {
      enter: `let ${sum} = ${held}.sum;`,
      row: (record) =>
        `const ${number} = ${record.code};\nif (typeof ${number} !== "number") ${held}.notANumber(${number});\n${sum} += ${number};`,
      leave: `${held}.sum = ${sum};`,
    };
  }

  /** Called by generated code. */
  notANumber(value: unknown): never {
    return notANumber(value);
  }
}

export class StatsSink implements Sink {
  readonly stats = new StatCounter();

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "statistics");
    const stats = builder.bind(this.stats, "stats");
    const number = builder.local("number");
    return {
      enter: "",
      row: (record) =>
        `const ${number} = ${record.code};\nif (typeof ${number} !== "number") ${held}.notANumber(${number});\n${stats}.merge(${number});`,
      leave: "",
    };
  }

  /** Called by generated code. */
  notANumber(value: unknown): never {
    return notANumber(value);
  }
}

function notANumber(value: unknown): never {
  throw new TaskError(
    "NOT_A_NUMBER",
    `This action needs numbers, and found ${value === null ? "null" : `a value of type ${typeof value}`}.`,
  );
}

/** How often each distinct record, or key of pairs, occurs. */
export class CountByValueSink implements Sink {
  constructor(
    private readonly keys: boolean,
    readonly counts: KeyMap<number>,
  ) {}

  emit(builder: LoopBuilder): SinkCode {
    const counts = builder.bind(this.counts, "counts");
    const key = builder.local("key");
    return {
      enter: "",
      row: (record) => {
        const { setup, key: first } = this.keys ? elements(builder, record) : { setup: "", key: record.code };
        return `${setup}\nconst ${key} = ${first};\n${counts}.set(${key}, (${counts}.get(${key}) ?? 0) + 1);`;
      },
      leave: "",
    };
  }
}

/** Calls a function for its effects, which may be asynchronous. Nothing comes out. */
export const foreachOp = (f: (record: unknown) => unknown): Op => ({ kind: "call", f, argument: "record", emitResult: () => "" });
