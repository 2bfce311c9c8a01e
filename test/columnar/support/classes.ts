/** A ValueContext over a few classes of the tests, as the closure layer would give one. */
import { DataError, TaskError } from "../../../src/common/errors";
import type { ValueContext } from "../../../src/columnar/value-context";

export class Point {
  constructor(
    readonly x: unknown,
    readonly y: unknown,
  ) {}
}

export class Point3 extends Point {
  constructor(
    x: unknown,
    y: unknown,
    readonly z: unknown,
  ) {
    super(x, y);
  }
}

/** Its accessor shares a name with the own property that its constructor defines. */
export class Guarded {
  constructor(value: unknown) {
    Object.defineProperty(this, "value", { value, enumerable: true, writable: true, configurable: true });
  }
  set value(_: unknown) {
    throw new Error("the setter must not run");
  }
  get value(): unknown {
    return "from the prototype";
  }
}

export class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
  static [Symbol.for("firesteel.serialize")](money: Money): unknown {
    return { cents: money.#cents };
  }
  static [Symbol.for("firesteel.deserialize")](data: { cents: number }): Money {
    return new this(data.cents);
  }
}

export class Secret {
  readonly #word: string;
  constructor(word: string) {
    this.#word = word;
  }
  reveal(): string {
    return this.#word;
  }
}

export class Stack extends Array<unknown> {
  label = "";
}

export class Registry extends Map<unknown, unknown> {
  owner = "";
}

export class HttpError extends Error {
  override readonly name = "HttpError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export class Unknown {}

const known: Readonly<Record<string, Function>> = {
  Point,
  Point3,
  Guarded,
  Money,
  Secret,
  Stack,
  Registry,
  HttpError,
  URL,
  URLSearchParams,
  DOMException,
};

export const context: ValueContext = {
  classId(constructor) {
    if (known[constructor.name] !== constructor)
      throw new TaskError("CLASS_NOT_SERIALIZABLE", `class ${constructor.name} is not known.`);
    return constructor.name;
  },
  classOf(id) {
    const found = Object.hasOwn(known, id) ? known[id] : undefined;
    if (found === undefined) throw new DataError("UNKNOWN_CLASS", `no class ${id}.`);
    return found;
  },
};
