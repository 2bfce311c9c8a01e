/**
 * One opening of a frozen table. Every node becomes an empty shell first and is filled afterwards, so that cycles close;
 * only what a shell itself needs (a class its parent, a view its buffer) is made before it.
 */
import { Script } from "node:vm";
import { DataError } from "../common/errors";
import { builtinModule, builtinValue } from "./builtins";
import { setName } from "./helpers";
import { DESERIALIZE } from "./protocols";
import { RecentlyUsed } from "./recently-used";
import type { Reviver } from "./reviver";
import {
  ACCESSOR,
  CONFIGURABLE,
  type Code,
  ENUMERABLE,
  type FrozenTable,
  type FunctionNode,
  type Node,
  type Own,
  type Slot,
  WRITABLE,
} from "./wire";

/** What a compiled code text evaluates to: see code-text.ts. */
type Factory = (
  eager: readonly unknown[],
  parent: unknown,
  pick: typeof pickMember,
) => [fn: Function, bind: (late: readonly unknown[]) => void];

const factories = new RecentlyUsed<Factory>(5000);
const namespaces = new Map<string, object>();
const IN_PROGRESS = Symbol("in progress");

interface LiveFunction {
  readonly fn: Function;
  readonly bind: (late: readonly unknown[]) => void;
}

/** By class: how to give it another environment. */
const bindings = new WeakMap<Function, { readonly code: string; readonly bind: LiveFunction["bind"] }>();

export class Revival {
  private readonly made: unknown[];
  private readonly fills: (() => void)[] = [];
  private readonly closings: (() => void)[] = [];

  constructor(
    private readonly table: FrozenTable,
    private readonly reviver: Reviver,
  ) {
    this.made = new Array<unknown>(table.nodes.length).fill(undefined);
  }

  run(): unknown {
    const value = this.value(this.table.root);
    this.drain();
    for (const close of this.closings) close();
    return value;
  }

  private value(slot: Slot): unknown {
    return typeof slot === "object" && slot !== null ? this.node(slot[0]) : slot;
  }

  private node(index: number): unknown {
    const known = this.made[index];
    if (known === IN_PROGRESS)
      throw new DataError(
        "FROZEN_VALUE_CIRCULAR",
        "A captured value needs itself to be made (a class hook or a computed key that leads back to its class).",
      );
    if (known !== undefined) return known;
    this.made[index] = IN_PROGRESS;
    const node = this.table.nodes[index] as Node;
    const shell = this.shell(node);
    this.made[index] = shell;
    return shell;
  }

  /** Fills shells until none is left; also in the midst of things, before code runs that may look at them. */
  private drain(): void {
    for (let fill = this.fills.pop(); fill; fill = this.fills.pop()) fill();
  }

  private shell(node: Node): unknown {
    switch (node.t) {
      case "object":
        return this.owned(this.emptyObject(node.own), node.own, true);
      case "array":
        return this.array(node);
      case "map":
        return this.map(node);
      case "set":
        return this.set(node);
      case "date":
        return this.owned(new Date(node.time), node.own);
      case "regexp": {
        const regexp = new RegExp(node.source, node.flags);
        regexp.lastIndex = node.lastIndex;
        return this.owned(regexp, node.own);
      }
      case "error":
        return this.error(node);
      case "boxed":
        return this.owned(Object(this.value(node.value)) as object, node.own);
      case "buffer":
        return this.owned(this.buffer(node), node.own);
      case "view":
        return this.owned(this.view(node), node.own);
      case "arguments":
        return this.argumentsObject(node.items);
      case "symbol":
        return node.registered ? Symbol.for(node.description as string) : Symbol(node.description);
      case "builtin":
        return builtinValue(node.name);
      case "namespace":
        return builtinNamespace(node.name);
      case "rebuilt": {
        const args = node.args.map((slot) => this.value(slot));
        this.drain();
        return this.owned(Reflect.construct(builtinValue(node.name) as Function, args) as object, node.own);
      }
      case "travel": {
        const id = this.value(node.id);
        this.drain();
        return this.reviver.options.resolveRef(node.ref, id);
      }
      case "import": {
        const target = this.table.modules[node.module];
        if (!target) throw new DataError("FROZEN_VALUE_DAMAGED", "A frozen value names a module that it does not list.");
        return this.reviver.modules.bindingOf(target, node.path);
      }
      case "require":
        return node.kind === "require"
          ? this.reviver.modules.requireFor(node.file)
          : node.kind === "import"
            ? this.reviver.modules.importFor(node.file)
            : this.reviver.modules.metaFor(node.file);
      case "helper":
        return node.name === "name"
          ? setName
          : (exports: unknown): unknown => this.reviver.modules.interop(exports, node.name as "star");
      case "prototype":
        return (this.value(node.of) as { prototype: unknown }).prototype;
      case "hooked":
        return this.hooked(node.class, node.data);
      case "cell": {
        const cell: { v: unknown } = { v: undefined };
        this.fills.push(() => {
          cell.v = this.value(node.value);
        });
        return cell;
      }
      case "function":
        return this.functionOf(node);
    }
  }

  private emptyObject(own: Own | undefined): object {
    if (own?.p === undefined) return {};
    return Object.create(this.value(own.p) as object | null) as object;
  }

  private array(node: Node & { t: "array" }): unknown[] {
    const array = new Array<unknown>(node.length);
    const { items } = node;
    if (items) {
      this.fills.push(() => {
        for (let i = 0; i < items.length; i++) array[i] = this.value(items[i]);
      });
    }
    return this.owned<unknown[]>(array, node.own);
  }

  private map(node: Node & { t: "map" }): object {
    const map = new Map<unknown, unknown>();
    this.fills.push(() => {
      for (let i = 0; i < node.entries.length; i += 2) {
        Map.prototype.set.call(map, this.value(node.entries[i]), this.value(node.entries[i + 1]));
      }
    });
    return this.owned(map, node.own);
  }

  private set(node: Node & { t: "set" }): object {
    const set = new Set<unknown>();
    this.fills.push(() => {
      for (const item of node.items) Set.prototype.add.call(set, this.value(item));
    });
    return this.owned(set, node.own);
  }

  private error(node: Node & { t: "error" }): object {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const error = new Error();
    Error.stackTraceLimit = stackTraceLimit;
    Object.defineProperty(error, "stack", { value: node.stack, writable: true, configurable: true, enumerable: false });
    return this.owned(error, node.own);
  }

  private buffer(node: Node & { t: "buffer" }): ArrayBufferLike {
    const { length } = node.bytes;
    const options = node.maxByteLength === undefined ? [] : [{ maxByteLength: node.maxByteLength }];
    const buffer = Reflect.construct(node.shared ? SharedArrayBuffer : ArrayBuffer, [length, ...options]) as ArrayBufferLike;
    new Uint8Array(buffer).set(node.bytes);
    return buffer;
  }

  private view(node: Node & { t: "view" }): object {
    const buffer = this.value(node.buffer) as ArrayBuffer;
    if (node.name === "Buffer") return Buffer.from(buffer, node.offset, node.length);
    return Reflect.construct(builtinValue(node.name) as Function, [buffer, node.offset, node.length]) as object;
  }

  private argumentsObject(items: readonly Slot[]): object {
    const made = (function (..._items: unknown[]): object {
      // eslint-disable-next-line prefer-rest-params -- an arguments object is what is wanted
      return arguments;
    })(...items.map(() => undefined)) as unknown[];
    this.fills.push(() => {
      items.forEach((item, i) => {
        made[i] = this.value(item);
      });
    });
    return made;
  }

  private hooked(classSlot: Slot, dataSlot: Slot): unknown {
    const constructor = this.value(classSlot) as Record<symbol, (data: unknown) => unknown>;
    const data = this.value(dataSlot);
    this.drain();
    const instance = constructor[DESERIALIZE]?.(data);
    if (typeof instance !== "object" || instance === null) {
      throw new DataError(
        "HOOK_RETURNED_NOTHING",
        `static [Symbol.for("firesteel.deserialize")] of ${(constructor as unknown as Function).name} returned no instance.`,
      );
    }
    return instance;
  }

  private functionOf(node: FunctionNode): Function {
    const code = this.table.codes[node.code] as Code;
    const key = `${code.file}:${code.line}:${code.column}:${code.text}`;
    const known = node.id === undefined ? undefined : this.reviver.classes.known(node.id);
    const binding = known && bindings.get(known);
    let live: LiveFunction;
    if (known && binding?.code === key) {
      // One class per id and thread: it gets the environment of whoever was revived last.
      live = { fn: known, bind: binding.bind };
    } else {
      const parent = node.parent === undefined ? undefined : this.value(node.parent);
      const eager = node.eager.map((slot) => this.value(slot));
      if (eager.some((value) => typeof value === "object" || typeof value === "function")) this.drain();
      const [fn, bind] = factoryOf(code, key)(eager, parent, pickMember);
      live = { fn, bind };
      if (node.id !== undefined) {
        bindings.set(fn, { code: key, bind });
        this.reviver.classes.register(node.id, fn);
      }
      if (node.name !== undefined && fn.name !== node.name)
        Object.defineProperty(fn, "name", { value: node.name, configurable: true });
    }
    this.fills.push(() => {
      if (node.late.length > 0) live.bind(node.late.map((slot) => this.value(slot)));
      if (node.replaced !== undefined) live.fn.prototype = this.value(node.replaced);
      if (node.members) this.define(live.fn.prototype as object, node.members, false);
    });
    if (node.own && Object.isExtensible(live.fn)) this.owned(live.fn, node.own);
    return live.fn;
  }

  /** Adds the properties and the prototype that an object's kind does not imply. */
  private owned<T extends object>(object: T, own: Own | undefined, hasPrototype = false): T {
    if (own) this.fills.push(() => this.define(object, own, hasPrototype));
    return object;
  }

  private define(object: object, own: Own, hasPrototype: boolean): void {
    if (!hasPrototype && own.p !== undefined) Object.setPrototypeOf(object, this.value(own.p) as object | null);
    const { k: keys, v: values } = own;
    if (keys && values) {
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] as string;
        const value = this.value(values[i]);
        if (hasPrototype && own.p === undefined && key !== "__proto__") (object as Record<string, unknown>)[key] = value;
        else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      }
    }
    for (const [keySlot, flags, first, second] of own.x ?? []) {
      const enumerable = (flags & ENUMERABLE) !== 0;
      const configurable = (flags & CONFIGURABLE) !== 0;
      const key = this.value(keySlot) as PropertyKey;
      if ((flags & ACCESSOR) !== 0) {
        const accessors = { get: this.value(first) as () => unknown, set: this.value(second) as (value: unknown) => void };
        Object.defineProperty(object, key, { ...accessors, enumerable, configurable });
      } else {
        Object.defineProperty(object, key, {
          value: this.value(first),
          enumerable,
          configurable,
          writable: (flags & WRITABLE) !== 0,
        });
      }
    }
    if (own.i === undefined) return;
    // Last of all: the object's elements may still be on their way.
    this.closings.push(() => {
      if (own.i === 3) Object.freeze(object);
      else if (own.i === 2) Object.seal(object);
      else Object.preventExtensions(object);
    });
  }
}

function factoryOf(code: Code, key: string): Factory {
  let factory = factories.get(key);
  if (!factory) {
    const script = new Script(code.text, { filename: code.file || "closure", lineOffset: code.line, columnOffset: code.column });
    factory = script.runInThisContext() as Factory;
    factories.set(key, factory);
  }
  return factory;
}

/** The one member of an object literal that was made around a method or an accessor. */
function pickMember(literal: object, parent: unknown): Function {
  if (parent !== undefined) Object.setPrototypeOf(literal, parent);
  const [key] = Reflect.ownKeys(literal);
  const descriptor = Object.getOwnPropertyDescriptor(literal, key as PropertyKey) as PropertyDescriptor;
  return (descriptor.value ?? descriptor.get ?? descriptor.set) as Function;
}

/** A builtin module as `import *` shows it: its members, and the whole as default. */
function builtinNamespace(name: string): object {
  let namespace = namespaces.get(name);
  if (!namespace) {
    const module = builtinModule(name) as Record<string, unknown>;
    namespace = Object.create(null) as object;
    for (const key of Object.keys(module)) Object.defineProperty(namespace, key, { enumerable: true, get: () => module[key] });
    Object.defineProperty(namespace, "default", { enumerable: true, value: module });
    namespaces.set(name, Object.freeze(namespace));
  }
  return namespace;
}
