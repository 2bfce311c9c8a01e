/** What each kind of object becomes on the wire. Functions are in encode-function.ts. */
import { types } from "node:util";
import { builtinName } from "./builtins";
import type { Encoder } from "./encode";
import { hasPrivateState } from "./private-state";
import { DESERIALIZE, SERIALIZE } from "./protocols";
import { builtinInstanceRefusal, className, inherentRefusal, privateStateRefusal } from "./refusals";
import { EntryStep, Words } from "./trail";
import { ACCESSOR, CONFIGURABLE, ENUMERABLE, type Node, type Own, type OwnProperty, type Slot, WRITABLE } from "./wire";

const FEW_ELEMENTS = 64;
const PLAIN = ENUMERABLE | CONFIGURABLE | WRITABLE;

/** Builtin prototypes whose instances have no state besides their properties. */
const STATELESS =
  /^(?:Object\.prototype|%(?:Async)?IteratorPrototype|Iterator\.prototype|node:events(?:#EventEmitter)?\.prototype)$/;
/** Builtin classes that are made anew from what they tell about themselves. */
const REBUILT: Readonly<Record<string, (value: object) => unknown[]>> = {
  "URL.prototype": (value) => [(value as URL).href],
  "URLSearchParams.prototype": (value) => [(value as URLSearchParams).toString()],
  "TextEncoder.prototype": () => [],
  "TextDecoder.prototype": (value) => {
    const { encoding, fatal, ignoreBOM } = value as { encoding: string; fatal: boolean; ignoreBOM: boolean };
    return [encoding, { fatal, ignoreBOM }];
  },
  "Intl.NumberFormat.prototype": intlArguments,
  "Intl.DateTimeFormat.prototype": intlArguments,
  "Intl.Collator.prototype": intlArguments,
  "Intl.PluralRules.prototype": intlArguments,
  "Intl.ListFormat.prototype": intlArguments,
  "Intl.RelativeTimeFormat.prototype": intlArguments,
  "Intl.Segmenter.prototype": intlArguments,
};

function intlArguments(value: object): unknown[] {
  const options = (value as Intl.NumberFormat).resolvedOptions();
  return [options.locale, { ...options }];
}

export function encodeObject(encoder: Encoder, value: object, index: number): Node {
  const constructor = Object.getOwnPropertyDescriptor(value, "constructor")?.value as unknown;
  if (typeof constructor === "function" && constructor.prototype === value) {
    return { t: "prototype", of: encoder.slot(constructor, index, new Words(` (class ${constructor.name})`, true)) };
  }
  if (isPlainRecord(value)) {
    const field = new OwnEncoder(encoder, value, index).field("Object.prototype");
    if (field.own?.i !== 3) encoder.mutable = true;
    return { t: "object", ...field };
  }
  const refusal = inherentRefusal(value);
  if (refusal) encoder.refuse(index, refusal);
  if (types.isModuleNamespaceObject(value)) return encodeNamespace(encoder, value, index);
  const hooked = encodeHooked(encoder, value, index);
  if (hooked) return hooked;
  const own = new OwnEncoder(encoder, value, index);
  const node = encodeExotic(encoder, value, index, own);
  if (node) {
    if (!(node.t === "array" && node.own?.i === 3) && !(node.t === "regexp" && !/[gy]/.test(node.flags))) encoder.mutable = true;
    return node;
  }
  const builtin = builtinAncestor(value);
  // Some are known by the module that exports them as well: node:util#TextDecoder.
  const rebuild = builtin === undefined ? undefined : REBUILT[builtin.replace(/^node:\w+#/, "")];
  if (rebuild && builtin !== undefined) {
    const args = rebuild(value).map((argument) => encoder.slot(argument, index, new Words(" (its options)", true)));
    const isInner = (key: PropertyKey): boolean => typeof key === "symbol";
    return { t: "rebuilt", name: builtin.replace(/\.prototype$/, ""), args, ...own.field(builtin, isInner) };
  }
  if (builtin !== undefined && !STATELESS.test(builtin)) encoder.refuse(index, builtinInstanceRefusal(className(value), builtin));
  const field = own.field("Object.prototype");
  if (field.own?.i !== 3) encoder.mutable = true;
  return { t: "object", ...field };
}

/** The common case, told fast: an object literal and nothing else. */
function isPlainRecord(value: object): boolean {
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.prototype.toString.call(value) === "[object Object]" &&
    !types.isMap(value) &&
    !types.isSet(value)
  );
}

function encodeExotic(encoder: Encoder, value: object, index: number, own: OwnEncoder): Node | undefined {
  if (Array.isArray(value)) return encodeArray(encoder, value, index, own);
  if (types.isMap(value)) {
    const entries: Slot[] = [];
    for (const [key, item] of Map.prototype.entries.call(value) as MapIterator<[unknown, unknown]>) {
      entries.push(encoder.slot(key, index, new EntryStep(key, "key")), encoder.slot(item, index, new EntryStep(key, "value")));
    }
    return { t: "map", entries, ...own.field("Map.prototype") };
  }
  if (types.isSet(value)) {
    const items: Slot[] = [];
    for (const item of Set.prototype.values.call(value) as SetIterator<unknown>) items.push(encoder.slot(item, index, ELEMENT));
    return { t: "set", items, ...own.field("Set.prototype") };
  }
  if (types.isDate(value)) return { t: "date", time: Date.prototype.getTime.call(value), ...own.field("Date.prototype") };
  if (types.isRegExp(value)) {
    const { source, flags, lastIndex } = value;
    return { t: "regexp", source, flags, lastIndex, ...own.field("RegExp.prototype", (key) => key === "lastIndex") };
  }
  if (types.isNativeError(value)) {
    const stack = typeof value.stack === "string" ? value.stack : undefined;
    return { t: "error", stack, ...own.field("Error.prototype", (key) => key === "stack") };
  }
  if (types.isBoxedPrimitive(value)) return encodeBoxed(encoder, value, index, own);
  if (types.isAnyArrayBuffer(value)) return encodeBuffer(value, own);
  if (ArrayBuffer.isView(value)) return encodeView(encoder, value, index, own);
  if (types.isArgumentsObject(value)) {
    return { t: "arguments", items: Array.from(value as ArrayLike<unknown>, (item, i) => encoder.slot(item, index, i)) };
  }
  return undefined;
}

function encodeArray(encoder: Encoder, value: readonly unknown[], index: number, own: OwnEncoder): Node {
  const { length } = value;
  const items: Slot[] = new Array<Slot>(length);
  for (let i = 0; i < length; i++) {
    const item = value[i];
    if (item === undefined && !Object.hasOwn(value, i))
      return { t: "array", length, ...own.field("Array.prototype", (key) => key === "length") };
    items[i] = encoder.slot(item, index, i);
  }
  return { t: "array", length, items, ...own.elementsField("Array.prototype", length) };
}

function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 48 && first <= 57 && String(Number(key) >>> 0) === key;
}

function encodeBoxed(encoder: Encoder, value: object, index: number, own: OwnEncoder): Node {
  const primitive = (value as { valueOf(): unknown }).valueOf();
  const name = types.isNumberObject(value)
    ? "Number"
    : types.isStringObject(value)
      ? "String"
      : types.isBooleanObject(value)
        ? "Boolean"
        : types.isBigIntObject(value)
          ? "BigInt"
          : "Symbol";
  const skip = (key: PropertyKey): boolean =>
    name === "String" && (key === "length" || (typeof key === "string" && isIndex(key)));
  return { t: "boxed", value: encoder.slot(primitive, index, "valueOf"), ...own.field(`${name}.prototype`, skip) };
}

function encodeBuffer(value: ArrayBuffer | SharedArrayBuffer, own: OwnEncoder): Node {
  const shared = types.isSharedArrayBuffer(value);
  const bytes = new Uint8Array(value).slice();
  const { resizable, growable, maxByteLength } = value as { resizable?: boolean; growable?: boolean; maxByteLength?: number };
  const field = own.field(shared ? "SharedArrayBuffer.prototype" : "ArrayBuffer.prototype");
  return {
    t: "buffer",
    bytes,
    shared,
    ...((resizable ?? growable) === true && maxByteLength !== undefined ? { maxByteLength } : {}),
    ...field,
  };
}

const ELEMENT = new Words(" (an element)", true);

/** `Buffer` is a lazy global, so that its prototype is known by its module. */
const BUFFER_PROTOTYPE = "node:buffer#Buffer.prototype";

/** Typed arrays keep sharing their buffer; a Buffer travels alone, since most are slices of Node's pool. */
function encodeView(encoder: Encoder, view: ArrayBufferView, index: number, own: OwnEncoder): Node {
  const isBuffer = Buffer.isBuffer(view);
  const name = isBuffer ? "Buffer" : types.isDataView(view) ? "DataView" : typedArrayName(view);
  const count = "length" in view ? (view.length as number) : 0;
  const field = own.elementsField(isBuffer ? BUFFER_PROTOTYPE : `${name}.prototype`, count);
  if (isBuffer) {
    const bytes = Uint8Array.prototype.slice.call(view);
    const buffer = encoder.nodeSlot({ t: "buffer", bytes, shared: false }, index, new Words(".buffer", true));
    return { t: "view", name, buffer, offset: 0, length: bytes.length, ...field };
  }
  const length = types.isDataView(view) ? view.byteLength : count;
  return { t: "view", name, buffer: encoder.slot(view.buffer, index, "buffer"), offset: view.byteOffset, length, ...field };
}

const TYPED_ARRAY_TAG = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as () => string;

function typedArrayName(view: ArrayBufferView): string {
  return TYPED_ARRAY_TAG.call(view);
}

/** A namespace that is not a module reference: builtin modules by name, others by what they export. */
function encodeNamespace(encoder: Encoder, value: object, index: number): Node {
  const inner = (value as { default?: unknown }).default;
  const name = typeof inner === "object" || typeof inner === "function" ? inner && builtinName(inner) : undefined;
  if (name?.startsWith("node:")) return { t: "namespace", name };
  const keys = Object.keys(value);
  return {
    t: "object",
    own: { p: null, k: keys, v: keys.map((key) => encoder.slot((value as Record<string, unknown>)[key], index, key)), i: 3 },
  };
}

/** Instances of classes with hooks; refuses those with private state and no hooks. */
function encodeHooked(encoder: Encoder, value: object, index: number): Node | undefined {
  for (let at = Object.getPrototypeOf(value) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (builtinName(at) !== undefined) return undefined;
    const constructor = Object.getOwnPropertyDescriptor(at, "constructor")?.value as unknown;
    if (typeof constructor !== "function") continue;
    const hooks = constructor as unknown as Record<symbol, unknown>;
    if (typeof hooks[SERIALIZE] === "function") {
      if (typeof hooks[DESERIALIZE] !== "function") {
        encoder.refuse(index, {
          why: `is an instance of ${constructor.name}, which has the hook firesteel.serialize but not firesteel.deserialize`,
          remedy: 'Add static [Symbol.for("firesteel.deserialize")](data).',
        });
      }
      const actual = (Object.getPrototypeOf(value) as { constructor: Function }).constructor;
      const data = (hooks[SERIALIZE] as (instance: object) => unknown).call(actual, value);
      encoder.mutable = true;
      return {
        t: "hooked",
        class: encoder.slot(actual, index, new Words(` (class ${actual.name})`, true)),
        data: encoder.slot(data, index, new Words(" (what its serialize hook returned)", true)),
      };
    }
    if (hasPrivateState(constructor)) encoder.refuse(index, privateStateRefusal(className(value)));
  }
  return undefined;
}

/** The name of the first builtin prototype of an object. */
function builtinAncestor(value: object): string | undefined {
  for (let at = Object.getPrototypeOf(value) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const name = builtinName(at);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** Encodes the properties and the prototype of one object. */
export class OwnEncoder {
  constructor(
    private readonly encoder: Encoder,
    private readonly value: object,
    private readonly index: number,
  ) {}

  /** The `own` field of the object's node; empty when there is nothing beyond the usual. */
  field(usualPrototype: string, skip?: (key: PropertyKey) => boolean, keys?: readonly (string | symbol)[]): { own?: Own } {
    const own: Own = this.properties(skip, keys);
    const prototype = Object.getPrototypeOf(this.value) as object | null;
    if (prototype === null) own.p = null;
    else if (builtinName(prototype) !== usualPrototype) {
      const step = Object.hasOwn(prototype, "constructor") ? "" : ".__proto__";
      own.p = this.encoder.slot(prototype, this.index, new Words(step, true));
    }
    return Object.keys(own).length > 0 ? { own } : {};
  }

  /** `field` for arrays and the like: properties beside the elements. Listing the keys of a large one is not affordable. */
  elementsField(usualPrototype: string, length: number): { own?: Own } {
    if (length <= FEW_ELEMENTS)
      return this.field(usualPrototype, (key) => key === "length" || (typeof key === "string" && isIndex(key)));
    const keys = [
      ...this.encoder.reader.namedKeys(this.value).filter((key) => key !== "length"),
      ...Object.getOwnPropertySymbols(this.value),
    ];
    return this.field(usualPrototype, undefined, keys);
  }

  properties(skip?: (key: PropertyKey) => boolean, keys: readonly (string | symbol)[] = Reflect.ownKeys(this.value)): Own {
    const { encoder, value, index } = this;
    const own: Own = {};
    for (const key of keys) {
      if (skip?.(key) === true) continue;
      const descriptor = Object.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
      const flags = flagsOf(descriptor);
      this.noteHome(descriptor);
      if (flags === PLAIN && typeof key === "string") {
        (own.k ??= []).push(key);
        (own.v ??= []).push(encoder.slot(descriptor.value, index, key));
      } else {
        (own.x ??= []).push(this.property(key, descriptor, flags));
      }
    }
    if (!Object.isExtensible(value)) own.i = Object.isFrozen(value) ? 3 : Object.isSealed(value) ? 2 : 1;
    return own;
  }

  private noteHome({ value, get, set }: PropertyDescriptor): void {
    const { homes } = this.encoder;
    const method: unknown = value;
    if (typeof method === "function" && !homes.has(method)) homes.set(method, this.value);
    if (get && !homes.has(get)) homes.set(get, this.value);
    if (set && !homes.has(set)) homes.set(set, this.value);
  }

  private property(key: string | symbol, descriptor: PropertyDescriptor, flags: number): OwnProperty {
    const { encoder, index } = this;
    const keySlot = encoder.slot(key, index, new Words(` (key ${String(key)})`, true));
    if ((flags & ACCESSOR) === 0) return [keySlot, flags, encoder.slot(descriptor.value, index, key), undefined];
    const shown = String(key);
    return [
      keySlot,
      flags,
      encoder.slot(descriptor.get, index, new Words(`.${shown} (getter)`, true)),
      encoder.slot(descriptor.set, index, new Words(`.${shown} (setter)`, true)),
    ];
  }
}

function flagsOf(descriptor: PropertyDescriptor): number {
  return (
    (descriptor.enumerable === true ? ENUMERABLE : 0) |
    (descriptor.configurable === true ? CONFIGURABLE : 0) |
    (descriptor.writable === true ? WRITABLE : 0) |
    (descriptor.get || descriptor.set ? ACCESSOR : 0)
  );
}
