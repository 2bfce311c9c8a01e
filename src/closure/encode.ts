/**
 * Walks the graph of values that hangs off a function (or any value) and writes it as a table of nodes. Breadth first
 * and without recursion, so that long chains do not overflow the stack. What each kind of object becomes is in
 * encode-object.ts, functions are in encode-function.ts.
 */
import { types } from "node:util";
import { TaskError } from "../common/errors";
import { builtinName } from "./builtins";
import type { ClassIds } from "./class-registry";
import { noteReferenced } from "./driver-classes";
import { FunctionEncoder } from "./encode-function";
import { encodeObject } from "./encode-object";
import { type ModuleReference, knownReference } from "./module-references";
import type { ModuleTarget } from "./module-target";
import { TRAVEL } from "./protocols";
import { PROXY_REFUSAL, type Refusal, notSerializable } from "./refusals";
import { ScopeReader } from "./scopes";
import { type Step, Trail } from "./trail";
import type { Code, FrozenTable, Node, Slot } from "./wire";

export interface Encoded {
  readonly table: FrozenTable;
  readonly reusable: boolean;
  /** What crosses as a reference. */
  readonly travellers: readonly object[];
}

/**
 * Throws a TaskError (TASK_NOT_SERIALIZABLE) naming the path to the first value that cannot travel.
 * @param subject how messages call the root: "The function of map".
 */
export function encode(root: unknown, subject: string, classIds: ClassIds): Encoded {
  const encoder = new Encoder(subject, classIds);
  try {
    return encoder.run(root);
  } finally {
    encoder.close();
  }
}

export class Encoder {
  readonly reader = new ScopeReader();
  readonly trail = new Trail();
  /** The objects that functions were found on as own properties. */
  readonly homes = new WeakMap<Function, object>();
  /** Set by whoever meets state that a task could change. */
  mutable = false;
  private readonly nodes: (Node | undefined)[] = [];
  private readonly values: unknown[] = [];
  private readonly indexes = new Map<unknown, number>();
  private readonly importIndexes = new Map<string, number>();
  private readonly codes: Code[] = [];
  private readonly codeIndexes = new Map<string, number>();
  private readonly modules: ModuleTarget[] = [];
  private readonly moduleIndexes = new Map<string, number>();
  private readonly imports: Record<string, Record<string, ModuleTarget>> = {};
  private readonly classes: string[] = [];
  private readonly travellers: object[] = [];
  private readonly functions: FunctionEncoder;
  private where: (() => string | undefined) | undefined;

  constructor(
    private readonly subject: string,
    readonly classIds: ClassIds,
  ) {
    this.functions = new FunctionEncoder(this);
  }

  run(root: unknown): Encoded {
    const slot = this.slot(root, -1, "");
    for (let i = 0; i < this.values.length; i++) {
      const value = this.values[i];
      if (value !== NO_VALUE) this.nodes[i] = this.encodeValue(value as object | symbol, i);
    }
    this.functions.finish();
    const table: FrozenTable = {
      root: slot,
      nodes: this.nodes as Node[],
      codes: this.codes,
      modules: this.modules,
      imports: this.imports,
      classes: this.classes,
    };
    return { table, reusable: !this.mutable, travellers: this.travellers };
  }

  close(): void {
    this.reader.close();
  }

  /** The slot of a value, which joins the work to be done where it is new. */
  slot(value: unknown, parent: number, step: Step): Slot {
    if (value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol"))
      return value as Slot;
    let index = this.indexes.get(value);
    if (index === undefined) {
      index = this.allocate(value, parent, step);
      this.indexes.set(value, index);
    }
    return [index];
  }

  /** A node that stands for no value of the graph. */
  nodeSlot(node: Node | undefined, parent: number, step: Step): readonly [number] {
    const index = this.allocate(NO_VALUE, parent, step);
    this.nodes[index] = node;
    return [index];
  }

  setNode(index: number, node: Node): void {
    this.nodes[index] = node;
  }

  importSlot(reference: ModuleReference, parent: number, step: Step): Slot {
    const { target, path } = reference;
    const key = `${this.moduleIndex(target)}:${path.kind}:${"name" in path ? path.name : ""}`;
    let index = this.importIndexes.get(key);
    if (index === undefined) {
      [index] = this.nodeSlot(this.importNode(reference), parent, step);
      this.importIndexes.set(key, index);
    }
    return [index];
  }

  importNode(reference: ModuleReference): Node {
    return { t: "import", module: this.moduleIndex(reference.target), path: reference.path };
  }

  code(code: Code): number {
    const key = `${code.file}:${code.line}:${code.column}:${code.text}`;
    let index = this.codeIndexes.get(key);
    if (index === undefined) {
      index = this.codes.push(code) - 1;
      this.codeIndexes.set(key, index);
    }
    return index;
  }

  /** Notes where a literal specifier of a shipped function leads. */
  addImport(file: string, specifier: string, target: ModuleTarget): void {
    (this.imports[file] ??= {})[specifier] = target;
  }

  addClass(id: string): void {
    this.classes.push(id);
  }

  /** Where the root function stands, for messages. */
  setWhere(where: () => string | undefined): void {
    this.where ??= where;
  }

  refuse(node: number, refusal: Refusal, last?: Step): never {
    throw notSerializable(this.subject, this.trail.render(node, last), this.where?.(), refusal);
  }

  private allocate(value: unknown, parent: number, step: Step): number {
    const index = this.values.push(value) - 1;
    this.nodes.push(undefined);
    this.trail.note(index, parent, step);
    return index;
  }

  private moduleIndex(target: ModuleTarget): number {
    const key = JSON.stringify(target);
    let index = this.moduleIndexes.get(key);
    if (index === undefined) {
      index = this.modules.push(target) - 1;
      this.moduleIndexes.set(key, index);
    }
    return index;
  }

  private encodeValue(value: object | symbol, index: number): Node {
    if (typeof value === "symbol") return this.encodeSymbol(value);
    if (types.isProxy(value)) this.refuse(index, PROXY_REFUSAL);
    const travelling = this.encodeTraveller(value, index);
    if (travelling) return travelling;
    // Functions are asked about later, when it is known that they are not the user's.
    const builtin = typeof value === "function" ? undefined : builtinName(value);
    if (builtin !== undefined) return { t: "builtin", name: builtin };
    const reference = knownReference(value);
    if (reference) {
      noteReferenced(value, reference);
      return this.importNode(reference);
    }
    return typeof value === "function" ? this.functions.encode(value, index) : encodeObject(this, value, index);
  }

  private encodeSymbol(symbol: symbol): Node {
    const registered = Symbol.keyFor(symbol);
    if (registered !== undefined) return { t: "symbol", description: registered, registered: true };
    const name = builtinName(symbol);
    if (name !== undefined) return { t: "builtin", name };
    return { t: "symbol", description: symbol.description, registered: false };
  }

  private encodeTraveller(value: object, index: number): Node | undefined {
    const travel = (value as Record<symbol, unknown>)[TRAVEL];
    if (typeof travel !== "function") return undefined;
    const answer = travel.call(value) as { readonly ref?: unknown; readonly id?: unknown; readonly refuse?: unknown };
    if (typeof answer.refuse === "string") {
      this.refuse(index, { why: "cannot be used in a task", remedy: asSentence(answer.refuse) });
    }
    if (typeof answer.ref !== "string") {
      throw new TaskError(
        "TASK_NOT_SERIALIZABLE",
        `\`${this.trail.render(index)}\` answers Symbol.for("firesteel.travel") with neither a reference nor a refusal.`,
      );
    }
    // Each task resolves references anew: an accumulator counts for its task, a broadcast may have been destroyed.
    this.mutable = true;
    this.travellers.push(value);
    return { t: "travel", ref: answer.ref, id: this.slot(answer.id, index, "id") };
  }
}

const NO_VALUE = Symbol("no value");

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
