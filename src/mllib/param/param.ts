/** Parameters of estimators and transformers: what they are called, what they mean, which values they take. */
import { UsageError } from "../../common/errors";

/** A value that a parameter does not take. */
export class Refusal extends Error {}

/** What is known of a parameter before it belongs to anything. `Given` is what programs may give, where that is more than getters answer. */
export interface ParamSpec<T, Given = T> {
  readonly doc: string;
  /** Undefined where the parameter has no default. */
  readonly default: T | undefined;
  /** The default where each instance has one of its own. */
  readonly defaultFor?: (uid: string) => T;
  /** The value as it is kept; throws a Refusal that says which values there may be: "must be at least 1". */
  readonly check: (value: unknown) => T;
  /** What getters answer for a value that is kept, where another parameter of the instance has a say. */
  resolve?(value: T, of: { getOrDefault(name: string): unknown }): T;
  /** Between values and what metadata of saved models hold; the value itself where absent. */
  readonly json?: { write(value: T): unknown; read(json: unknown): T };
  /** Of types alone. */
  readonly given?: Given;
}

// The type parameter of a spec stands in inputs and outputs, so that only `any` takes them all.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ParamSpecs = Readonly<Record<string, ParamSpec<any>>>;

/** What a getter answers. */
export type ValueOf<S> = S extends ParamSpec<infer T, unknown> ? T : never;
/** What a program may give. */
export type GivenOf<S> = S extends { readonly given?: infer Given } ? Given : never;

/** Values by name, as constructors and `fit` take them. */
export type ParamValues<S> = { readonly [K in keyof S]?: GivenOf<S[K]> };

/** A parameter of one instance: what grids are made of. */
export class Param<T = unknown> {
  constructor(
    /** The uid of the instance that it belongs to. */
    readonly parent: string,
    readonly name: string,
    readonly spec: ParamSpec<T>,
  ) {}

  get doc(): string {
    return this.spec.doc;
  }

  /** The value as it is kept. Throws a UsageError that names the parameter. */
  checked(value: unknown): T {
    try {
      return this.spec.check(value);
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      const owner = this.parent.replace(/_[0-9a-f]+$/, "");
      throw new UsageError("INVALID_PARAMETER_VALUE", `${owner}: ${this.name} ${why.message}, got ${shown(value)}.`, {
        parameters: { parameter: this.name, value: shown(value) },
      });
    }
  }

  toString(): string {
    return `${this.parent}__${this.name}`;
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  return typeof value === "object" && value !== null ? `a value of ${value.constructor?.name ?? "no class"}` : String(value);
}

/** Values for parameters, also of several instances (the stages of a pipeline). */
export class ParamMap implements Iterable<readonly [Param, unknown]> {
  readonly #entries = new Map<string, readonly [Param, unknown]>();

  constructor(entries: Iterable<readonly [Param, unknown]> = []) {
    for (const [param, value] of entries) this.put(param, value);
  }

  /** Adds a value, or replaces it. Throws where the parameter does not take it. */
  put<T>(param: Param<T>, value: T): this {
    this.#entries.set(String(param), [param, param.checked(value)]);
    return this;
  }

  get<T>(param: Param<T>): T | undefined {
    return this.#entries.get(String(param))?.[1] as T | undefined;
  }

  has(param: Param): boolean {
    return this.#entries.has(String(param));
  }

  get size(): number {
    return this.#entries.size;
  }

  [Symbol.iterator](): Iterator<readonly [Param, unknown]> {
    return this.#entries.values();
  }

  /** Values by name, for printing: names of several instances keep their owners where they would meet. */
  toObject(): Record<string, unknown> {
    const names = [...this].map(([{ name }]) => name);
    return Object.fromEntries(
      [...this].map(([param, value]) => [
        names.filter((name) => name === param.name).length > 1 ? String(param) : param.name,
        value,
      ]),
    );
  }

  toString(): string {
    return `{${[...this].map(([{ name }, value]) => `${name}: ${String(value)}`).join(", ")}}`;
  }
}
