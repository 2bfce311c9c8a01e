/**
 * Accumulators: tasks add, the driver reads. In a task an accumulator is a local one that starts from zero; what it holds
 * when the task ends travels with the task's result and is merged on the driver.
 */
import { inspect } from "node:util";
import { hidesState } from "../../closure/private-state";
import { decodeValue, type ValueContext } from "../../columnar";
import { type Calls, CallTreeBuilder, type ProfileNode } from "../../common/call-tree";
import { UsageError } from "../../common/errors";
import type { ContextPort } from "../context-port";
import { encodeOne } from "../row-bytes";
import type { PackedCapture } from "../stage-spec";
import type { AccumulatorUpdate } from "../task-runner";
import type { CaptureReviver } from "../exec/task-run";
import { packCapture, unpackCapture } from "./packed-capture";
import { TRAVEL, type TravelReference, type TravelRefusal } from "./travel";

interface Registration {
  readonly id: number;
  readonly name: string | undefined;
  readonly kind: string;
  /** What a task starts from, for accumulators of the user's own. */
  readonly zero?: PackedCapture;
}

/** What a reference to an accumulator carries to a task. */
export type AccumulatorReference = Registration;

const REGISTRATION = Symbol("registration");

/**
 * Something that tasks add to. Subclass it for accumulators of your own, and register them with `sc.register(acc, name)`
 * before use; fields must be such as can be records, and none may be `#private`.
 *
 * What counts is as in Spark: added in the stage of an action, once for each partition, however often its task is tried; added before a
 * shuffle, once for each map output that is made, so again where one got lost and is made anew. Failed attempts add nothing.
 *
 * @example
 * class Longest extends AccumulatorV2<string, string> {
 *   longest = "";
 *   isZero(): boolean { return this.longest === ""; }
 *   copy(): Longest { const c = new Longest(); c.longest = this.longest; return c; }
 *   reset(): void { this.longest = ""; }
 *   add(word: string): void { if (word.length > this.longest.length) this.longest = word; }
 *   merge(other: Longest): void { this.add(other.longest); }
 *   get value(): string { return this.longest; }
 * }
 */
export abstract class AccumulatorV2<IN, OUT> {
  declare [REGISTRATION]: Registration | undefined;

  /** Whether nothing was added. */
  abstract isZero(): boolean;
  abstract copy(): AccumulatorV2<IN, OUT>;
  /** Back to zero. */
  abstract reset(): void;
  abstract add(value: IN): void;
  /** Takes in what another accumulator of the same class holds. */
  abstract merge(other: AccumulatorV2<IN, OUT>): void;
  /** On the driver: what finished tasks added. In a task: what this task added so far. */
  abstract get value(): OUT;

  get id(): number {
    return registrationOf(this).id;
  }

  get name(): string | undefined {
    return this[REGISTRATION]?.name;
  }

  get isRegistered(): boolean {
    return this[REGISTRATION] !== undefined;
  }

  toString(): string {
    const registered = this.isRegistered ? `id: ${this.id}, ` : "";
    const named = this.name === undefined ? "" : `name: ${this.name}, `;
    return `${this.constructor.name}(${registered}${named}value: ${inspect(this.value)})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  [TRAVEL](): TravelReference | TravelRefusal {
    const registration = this[REGISTRATION];
    if (registration === undefined) return { refuse: "an accumulator must be registered (sc.register) before tasks can use it" };
    return { ref: ACCUMULATOR, id: registration };
  }
}

/** Any accumulator. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- stands for all type arguments, in both directions
export type AccumulatorBase = AccumulatorV2<any, any>;

/** The name of references to accumulators (see shared/travel). */
export const ACCUMULATOR = "accumulator";

export function registrationOf(accumulator: AccumulatorBase): AccumulatorReference {
  const registration = accumulator[REGISTRATION];
  if (registration === undefined)
    throw new UsageError("ACCUMULATOR_NOT_REGISTERED", "The accumulator is not registered: call sc.register first.");
  return registration;
}

/** Adds numbers. `value` is the sum. */
abstract class SumAccumulator extends AccumulatorV2<number, number> {
  sum = 0;
  count = 0;

  isZero(): boolean {
    return this.sum === 0 && this.count === 0;
  }

  copy(): this {
    return Object.assign(new (this.constructor as new () => this)(), { sum: this.sum, count: this.count });
  }

  reset(): void {
    this.sum = 0;
    this.count = 0;
  }

  add(value: number): void {
    this.sum += value;
    this.count++;
  }

  merge(other: SumAccumulator): void {
    this.sum += other.sum;
    this.count += other.count;
  }

  get avg(): number {
    return this.sum / this.count;
  }

  get value(): number {
    return this.sum;
  }
}

/** Adds whole numbers. `value` is the sum. */
export class LongAccumulator extends SumAccumulator {
  override add(value: number): void {
    if (!Number.isInteger(value))
      throw new UsageError("INVALID_ARGUMENT", `A long accumulator adds integers, not ${String(value)}.`);
    super.add(value);
  }
}

/** Adds numbers. `value` is the sum. */
export class DoubleAccumulator extends SumAccumulator {
  override add(value: number): void {
    if (typeof value !== "number")
      throw new UsageError("INVALID_ARGUMENT", `A double accumulator adds numbers, not a value of type ${typeof value}.`);
    super.add(value);
  }
}

/** Gathers values. `value` is a copy of the list, in no particular order of tasks. */
export class CollectionAccumulator<T> extends AccumulatorV2<T, T[]> {
  items: T[] = [];

  isZero(): boolean {
    return this.items.length === 0;
  }

  copy(): CollectionAccumulator<T> {
    return Object.assign(new CollectionAccumulator<T>(), { items: [...this.items] });
  }

  reset(): void {
    this.items = [];
  }

  add(value: T): void {
    this.items.push(value);
  }

  merge(other: CollectionAccumulator<T>): void {
    for (const item of other.items) this.items.push(item);
  }

  get value(): T[] {
    return [...this.items];
  }
}

/** Profiles of tasks, merged. `value`: what was called in all of them. */
export class ProfileAccumulator extends AccumulatorV2<readonly ProfileNode[], Calls> {
  tasks = 0;
  calls: Calls[] = [];

  isZero(): boolean {
    return this.tasks === 0;
  }

  copy(): ProfileAccumulator {
    return Object.assign(new ProfileAccumulator(), { tasks: this.tasks, calls: [...this.calls] });
  }

  reset(): void {
    this.tasks = 0;
    this.calls = [];
  }

  add(nodes: readonly ProfileNode[]): void {
    const builder = new CallTreeBuilder();
    builder.add(nodes);
    this.tasks++;
    this.calls.push(builder.columns());
  }

  merge(other: ProfileAccumulator): void {
    this.tasks += other.tasks;
    this.calls.push(...other.calls);
    if (this.calls.length > MOST_UNMERGED) this.calls = [this.value];
  }

  get value(): Calls {
    const builder = new CallTreeBuilder();
    for (const calls of this.calls) builder.addCalls(calls);
    return builder.columns();
  }
}

/** Trees of tasks that are kept beside each other before they are made one. */
const MOST_UNMERGED = 100;

const kinds: Readonly<Record<string, new () => AccumulatorBase>> = {
  long: LongAccumulator,
  double: DoubleAccumulator,
  collection: CollectionAccumulator,
  profile: ProfileAccumulator,
};

/** What the engine calls of an accumulator of the user's own. */
const METHODS = ["isZero", "copy", "reset", "add", "merge"];

/** Makes `accumulator` known to the context, so that tasks can add to it. */
export function registerAccumulator(port: ContextPort, accumulator: AccumulatorBase, name?: string): void {
  port.assertRunning("register");
  if (!(accumulator instanceof AccumulatorV2))
    throw new UsageError("INVALID_ARGUMENT", "register: the accumulator must be an instance of a subclass of AccumulatorV2.");
  const missing = METHODS.find((method) => typeof (accumulator as unknown as Record<string, unknown>)[method] !== "function");
  if (missing !== undefined)
    throw new UsageError("INVALID_ARGUMENT", `register: ${accumulator.constructor.name} must have a method ${missing}.`);
  if (accumulator.isRegistered)
    throw new UsageError("ACCUMULATOR_REGISTERED", "register: the accumulator is registered already.");
  const kind = Object.keys(kinds).find((key) => kinds[key] === accumulator.constructor);
  const registration: Registration = {
    id: port.nextSharedVariableId(),
    name,
    kind: kind ?? "custom",
    ...(kind === undefined ? { zero: freezeZero(port, accumulator) } : {}),
  };
  Object.defineProperty(accumulator, REGISTRATION, { value: registration });
  port.registerAccumulator(accumulator);
}

/** The class and the fields of a zero, captured: the accumulator itself would travel as a reference. */
interface Zero {
  readonly type: { readonly prototype: object };
  readonly fields: object;
}

function freezeZero(port: ContextPort, accumulator: AccumulatorBase): PackedCapture {
  const zero = accumulator.copy();
  zero.reset();
  if (zero.constructor !== accumulator.constructor) {
    throw new UsageError("INVALID_ARGUMENT", "register: copy() must return an instance of the accumulator's own class.");
  }
  // What tasks add to is made of the fields, and what they added travels as fields.
  if (hidesState(accumulator.constructor)) {
    throw new UsageError(
      "INVALID_ARGUMENT",
      `register: ${accumulator.constructor.name} has #private members, which do not travel between the driver and tasks. ` +
        "Make them plain fields (private in TypeScript).",
    );
  }
  const captured: Zero = { type: accumulator.constructor, fields: { ...zero } };
  return packCapture(port, captured, "register");
}

/** Accumulators of a thread's tasks, by id. */
const accumulators = new WeakMap<CaptureReviver, Map<number, AccumulatorBase>>();

/** The accumulator of a reference, for the tasks of the reviver's thread. */
export function resolveAccumulator(reference: unknown, reviver: CaptureReviver): AccumulatorBase {
  const registration = reference as AccumulatorReference;
  let inThread = accumulators.get(reviver);
  if (inThread === undefined) accumulators.set(reviver, (inThread = new Map<number, AccumulatorBase>()));
  let accumulator = inThread.get(registration.id);
  if (accumulator === undefined) {
    accumulator =
      registration.zero === undefined
        ? new kinds[registration.kind]!()
        : fromZero(unpackCapture(registration.zero, reviver) as Zero);
    Object.defineProperty(accumulator, REGISTRATION, { value: registration });
    inThread.set(registration.id, accumulator);
  }
  return accumulator;
}

function fromZero({ type, fields }: Zero): AccumulatorBase {
  return Object.assign(Object.create(type.prototype) as AccumulatorBase, fields);
}

/** Called before a task: what an earlier one left behind does not count. */
export function resetAccumulators(reviver: CaptureReviver): void {
  const inThread = accumulators.get(reviver);
  if (inThread === undefined) return;
  for (const [id, accumulator] of inThread) {
    try {
      if (!accumulator.isZero()) accumulator.reset();
    } catch (error) {
      inThread.delete(id);
      failOnUse(accumulator, error);
    }
  }
}

/** The accumulator's own methods have failed: tasks that add to it fail with that error, the thread's other tasks go on. */
function failOnUse(accumulator: AccumulatorBase, error: unknown): void {
  const add = (): never => {
    throw error;
  };
  Object.defineProperty(accumulator, "add", { value: add, configurable: true });
}

/** What the task that ends added. */
export function takeAccumulatorUpdates(reviver: CaptureReviver, values: ValueContext): readonly AccumulatorUpdate[] {
  const updates: AccumulatorUpdate[] = [];
  for (const [id, accumulator] of accumulators.get(reviver) ?? []) {
    if (accumulator.isZero()) continue;
    updates.push({ id, value: encodeOne({ ...accumulator }, values, accumulator.name ?? "accumulator") });
    accumulator.reset();
  }
  return updates;
}

/** Merges what a task added into the driver's accumulator. */
export function mergeUpdate(accumulator: AccumulatorBase, update: Uint8Array, values: ValueContext): void {
  const other = accumulator.copy();
  other.reset();
  accumulator.merge(Object.assign(other, decodeValue(update, values)));
}
