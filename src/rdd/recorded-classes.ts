/** Which classes the values that are being written have instances of. */
import type { Frozen } from "../closure/frozen";
import type { ValueContext } from "../columnar";
import type { ContextPort } from "./context-port";

/** A ValueContext that remembers the classes that it was asked about. */
export class RecordedClasses implements ValueContext {
  readonly #seen = new Set<Function>();

  constructor(private readonly values: ValueContext) {}

  classId(constructor: Function): string {
    this.#seen.add(constructor);
    return this.values.classId(constructor);
  }

  classOf(id: string): Function {
    return this.values.classOf(id);
  }

  /** The classes, captured, for tasks that read the values. */
  captured(port: ContextPort, call: string): readonly Frozen[] {
    return [...this.#seen].map((constructor) => port.freeze(constructor, call));
  }
}
