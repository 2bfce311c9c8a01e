/**
 * Functions and classes on the wire: the source text, the values of the variables it uses from outside, the parent
 * class, properties. Top-level functions of modules that executors can load travel as references instead.
 *
 * Text is settled only when the whole graph is known (`finish`): variables that several functions share and assign become
 * cells, so that they stay shared.
 */
import { join } from "node:path";
import { types } from "node:util";
import { builtinName, isBuiltinGlobal } from "./builtins";
import { findCells } from "./cells";
import { codeText } from "./code-text";
import type { Encoder } from "./encode";
import { noteReferenced } from "./driver-classes";
import { OwnEncoder } from "./encode-object";
import { type FunctionAnalysis, IMPORT_META_NAME, IMPORT_NAME, PARENT_NAME, THIS_NAME, analyzeFunction } from "./free-variables";
import { helperOf } from "./helpers";
import { type ModuleReference, importTarget, referenceOfBinding, referenceOfFunction } from "./module-references";
import { usesLoweredPrivate } from "./private-state";
import { TRAVEL } from "./protocols";
import {
  DEAD_ZONE,
  OUTER_ARGUMENTS,
  OUTER_SUPER,
  type Refusal,
  UNREADABLE_THIS,
  foreignPrivateRefusal,
  internalInstanceRefusal,
  nativeFunctionRefusal,
} from "./refusals";
import { thisOfRunningCall } from "./running-call";
import type { FunctionScopes, VariableScope } from "./scopes";
import { positionOf, textOffset } from "./positions";
import { type Script, scriptOf } from "./scripts";
import { mappedPosition } from "./source-maps";
import { Words } from "./trail";
import type { Code, FunctionNode, Node, Own, Slot } from "./wire";

/** A variable that a function uses from outside. */
export interface CapturedVariable {
  readonly name: string;
  readonly slot: Slot;
  readonly value: unknown;
  /** Where it was found; undefined for what is no variable (`this`, `import`). */
  readonly home: VariableHome | undefined;
}

export interface VariableHome {
  readonly scope: VariableScope;
  /** Scopes between it and the global object: the same number for every function that sees it. */
  readonly height: number;
  readonly isModule: boolean;
  readonly isInnermost: boolean;
  readonly scriptId: string;
}

/** A function whose text is not settled yet. */
export interface FunctionDraft {
  readonly index: number;
  readonly source: string;
  readonly analysis: FunctionAnalysis;
  readonly offset: number | undefined;
  readonly scriptId: string;
  readonly captured: CapturedVariable[];
  readonly dropOwnName: boolean;
  readonly strict: boolean;
  readonly place: Pick<Code, "file" | "line" | "column">;
  readonly node: FunctionNode;
}

/** A function and what is known of how it is written. */
interface WrittenFunction {
  readonly fn: Function;
  readonly source: string;
  readonly analysis: FunctionAnalysis;
  readonly scopes: FunctionScopes;
  readonly script: Script | undefined;
  readonly offset: number | undefined;
}

const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
const MISSING = Symbol("missing");

export class FunctionEncoder {
  private readonly drafts: FunctionDraft[] = [];

  constructor(private readonly encoder: Encoder) {}

  encode(fn: Function, index: number): Node {
    const { encoder } = this;
    const source = Function.prototype.toString.call(fn);
    if (NATIVE.test(source)) return builtinNode(fn) ?? encoder.refuse(index, nativeFunctionRefusal(fn));
    const scopes = encoder.reader.read(fn);
    if (!scopes?.location) return encoder.refuse(index, nativeFunctionRefusal(fn));
    const script = scriptOf(scopes.location, source);
    if (script?.url.startsWith("node:") === true) {
      return builtinNode(fn) ?? encoder.refuse(index, internalInstanceRefusal(fn.name || "an unnamed function"));
    }
    const offset = script && textOffset(script.source, scopes.location, source);
    const reference = script && offset !== undefined ? referenceOfFunction(script, offset, fn) : undefined;
    if (reference) {
      noteReferenced(fn, reference);
      return encoder.importNode(reference);
    }

    const place = placeOf(script, offset, scopes);
    if (index === 0) encoder.setWhere(() => mappedPosition(script, place));
    const analysis = analyzeFunction(source);
    this.refuseWhatStaysOutside(analysis, index);
    const written: WrittenFunction = { fn, source, analysis, scopes, script, offset };
    const captured = this.capture(written, index);
    const dropOwnName = this.captureOwnName(written, index, captured);
    const node: FunctionNode = { t: "function", code: -1, name: ownName(fn), eager: [], late: [] };
    this.encodeHeritage(fn, analysis, node, index);
    this.encodeProperties(fn, source, analysis, node, index);
    if (isClassLike(fn, analysis, node)) {
      node.id = encoder.classIds.idOfLocation(fn, `${place.file}:${place.line}:${place.column}`, source);
      encoder.addClass(node.id);
    }
    this.drafts.push({
      index,
      source,
      analysis,
      offset,
      scriptId: script?.id ?? "",
      captured,
      dropOwnName,
      strict: analysis.isClass || isStrict(fn, script),
      place,
      node,
    });
    return node;
  }

  /** Settles the text of all functions met. */
  finish(): void {
    const cells = findCells(this.drafts, this.encoder);
    for (const draft of this.drafts) {
      const { analysis, captured, node } = draft;
      const shared = new Map(
        captured.flatMap((variable) => (cells.has(variable) ? [[variable.name, cells.get(variable)] as const] : [])),
      );
      const slotOf = (variable: CapturedVariable): Slot => shared.get(variable.name) ?? variable.slot;
      const eager = captured.filter(({ name }) => analysis.eager.has(name));
      const late = captured.filter(({ name }) => !analysis.eager.has(name));
      if (captured.some(({ name }) => analysis.assigned.has(name))) this.encoder.mutable = true;
      const { text, prologue } = codeText(draft.source, analysis, {
        strict: draft.strict,
        eager: eager.map(({ name }) => name),
        late: late.map(({ name }) => name),
        cells: new Set(shared.keys()),
        dropOwnName: draft.dropOwnName,
        bindThis: captured.some(({ name }) => name === THIS_NAME),
      });
      const { file, line, column } = draft.place;
      node.code = this.encoder.code({ text, file, line, column: column - prologue });
      node.eager = eager.map(slotOf);
      node.late = late.map(slotOf);
    }
  }

  private refuseWhatStaysOutside(analysis: FunctionAnalysis, index: number): void {
    const refuse = (refusal: Refusal, name: string): never => this.encoder.refuse(index, refusal, new Words(name, false));
    if (analysis.foreignPrivate !== undefined)
      refuse(foreignPrivateRefusal(analysis.foreignPrivate), `#${analysis.foreignPrivate}`);
    if (analysis.isArrow && analysis.usesSuper && analysis.usesThis) refuse(OUTER_SUPER, "super");
    if (analysis.usesArguments) refuse(OUTER_ARGUMENTS, "arguments");
  }

  /** The `this` of an arrow function that is a field of a class's instance. */
  private thisOf(fn: Function, source: string): object | undefined {
    const home = this.encoder.homes.get(fn);
    for (let at = home; at; at = Object.getPrototypeOf(at) as object | undefined) {
      const constructor = Object.getOwnPropertyDescriptor(at, "constructor")?.value as unknown;
      if (typeof constructor === "function" && Function.prototype.toString.call(constructor).includes(source)) return home;
    }
    return undefined;
  }

  private capture(written: WrittenFunction, index: number): CapturedVariable[] {
    const { encoder } = this;
    const { fn, source, analysis, scopes, script, offset } = written;
    const captured: CapturedVariable[] = [];
    for (const name of analysis.free) {
      if (name === PARENT_NAME) continue;
      const found = this.find(name, scopes, script, index);
      if (!found) continue;
      const { value, home } = found;
      captured.push({ name, value, home, slot: this.variableSlot(name, value, home, written, index) });
    }
    const file = script?.file ?? join(process.cwd(), "[eval]");
    const special = (name: string, kind: "import" | "meta"): void => {
      captured.push({
        name,
        value: undefined,
        home: undefined,
        slot: encoder.nodeSlot({ t: "require", file, kind }, index, name),
      });
    };
    if (analysis.usesImport) special(IMPORT_NAME, "import");
    if (analysis.usesImportMeta) special(IMPORT_META_NAME, "meta");
    for (const specifier of analysis.dynamicImports) encoder.addImport(file, specifier, importTarget(specifier, file, "import"));
    for (const specifier of analysis.requires) encoder.addImport(file, specifier, importTarget(specifier, file, "require"));
    if (analysis.isArrow && analysis.thisEdits.length > 0) {
      const value =
        this.thisOf(fn, source) ?? (script && offset !== undefined ? thisOfRunningCall(fn, script, offset) : undefined);
      if (value === undefined) encoder.refuse(index, UNREADABLE_THIS, new Words("this", false));
      captured.push({ name: THIS_NAME, value, home: undefined, slot: encoder.slot(value, index, new Words("this", false)) });
    }
    return captured;
  }

  /** The value of a name from the innermost scope that has it; undefined for builtin globals and names nobody has. */
  private find(
    name: string,
    scopes: FunctionScopes,
    script: Script | undefined,
    index: number,
  ): { value: unknown; home: VariableHome | undefined } | undefined {
    for (const [i, scope] of scopes.scopes.entries()) {
      if (!(name in scope.variables)) continue;
      const value = readVariable(scope.variables, name);
      if (value === MISSING) this.encoder.refuse(index, DEAD_ZONE, new Words(name, false));
      const height = scopes.scopes.length - i;
      const home = { scope, height, isModule: height === moduleHeight(scopes), isInnermost: i === 0, scriptId: script?.id ?? "" };
      return { value, home };
    }
    if (isBuiltinGlobal(name)) return undefined;
    const descriptor = Object.getOwnPropertyDescriptor(scopes.global, name);
    if (!descriptor) return undefined;
    return { value: descriptor.get ? (descriptor.get as () => unknown).call(scopes.global) : descriptor.value, home: undefined };
  }

  private variableSlot(
    name: string,
    value: unknown,
    home: VariableHome | undefined,
    { script, source }: Pick<WrittenFunction, "script" | "source">,
    index: number,
  ): Slot {
    const { encoder } = this;
    const step = index === 0 ? name : new Words(name, false);
    if ((typeof value !== "object" || value === null) && typeof value !== "function") return encoder.slot(value, index, step);
    if (types.isWeakMap(value) || types.isWeakSet(value)) {
      // Where transpiled classes keep private members: empty, as for a class without instances.
      const kind = types.isWeakMap(value) ? "WeakMap" : "WeakSet";
      if (usesLoweredPrivate(source)) return encoder.nodeSlot({ t: "rebuilt", name: kind, args: [] }, index, step);
    }
    const helper = typeof value === "function" && home?.isModule === true ? helperOf(name) : undefined;
    if (helper) return encoder.nodeSlot({ t: "helper", name: helper }, index, step);
    if (script && isRequire(name, value)) {
      return encoder.nodeSlot({ t: "require", file: script.file ?? join(process.cwd(), "[eval]"), kind: "require" }, index, step);
    }
    const reference = script && home?.isModule === true && !(TRAVEL in value) ? bindingReference(script, name, value) : undefined;
    if (!reference) return encoder.slot(value, index, step);
    noteReferenced(value, reference);
    return encoder.importSlot(reference, index, step);
  }

  /**
   * Inside `function f() { … f() … }` the name means the variable that the declaration made, which may hold something
   * else by now. True when the text must give its own name up for that value.
   */
  private captureOwnName(
    { fn, source, analysis, scopes, script }: WrittenFunction,
    index: number,
    captured: CapturedVariable[],
  ): boolean {
    const name = analysis.ownName?.name;
    if (name === undefined || analysis.isClass || !script) return false;
    const declared = [...script.syntax.functions.values()].includes(name);
    const found = declared ? this.find(name, scopes, script, index) : undefined;
    if (!found || found.value === fn || found.home?.isModule !== true) return false;
    captured.push({ name, ...found, slot: this.variableSlot(name, found.value, found.home, { script, source }, index) });
    return true;
  }

  private encodeHeritage(fn: Function, analysis: FunctionAnalysis, node: FunctionNode, index: number): void {
    const { encoder } = this;
    const parent = Object.getPrototypeOf(fn) as object | null;
    if (analysis.classInfo?.parentName !== undefined && parent) {
      node.parent = encoder.slot(parent, index, new Words(` extends ${(parent as Function).name}`, true));
    } else if (analysis.parsed.form === "member" && analysis.usesSuper) {
      const home = encoder.homes.get(fn);
      if (!home) return encoder.refuse(index, OUTER_SUPER, new Words("super", false));
      node.parent = encoder.slot(Object.getPrototypeOf(home), index, new Words(" (its prototype)", true));
    }
  }

  private encodeProperties(fn: Function, source: string, analysis: FunctionAnalysis, node: FunctionNode, index: number): void {
    const { encoder } = this;
    const inSource =
      (owner: object) =>
      (key: PropertyKey): boolean => {
        const descriptor = Object.getOwnPropertyDescriptor(owner, key);
        return analysis.isClass && descriptor !== undefined && isDefinedBy(source, descriptor);
      };
    const skipped = new Set<PropertyKey>(["length", "prototype", "arguments", "caller"]);
    if (typeof Object.getOwnPropertyDescriptor(fn, "name")?.value === "string") skipped.add("name");
    const fromSource = inSource(fn);
    const own: Own = new OwnEncoder(encoder, fn, index).properties((key) => skipped.has(key) || fromSource(key));
    const parent = Object.getPrototypeOf(fn) as object | null;
    if (!analysis.isClass && parent && !isFunctionPrototype(parent))
      own.p = encoder.slot(parent, index, new Words(".__proto__", true));
    if (Object.keys(own).length > 0) {
      node.own = own;
      if (own.i !== 3 && (own.k ?? own.x)) encoder.mutable = true;
    }
    const prototype = Object.getOwnPropertyDescriptor(fn, "prototype")?.value as unknown;
    if (typeof prototype !== "object" || prototype === null || analysis.parsed.node["generator"] === true) return;
    if ((prototype as { constructor?: unknown }).constructor !== fn || !Object.hasOwn(prototype, "constructor")) {
      node.replaced = encoder.slot(prototype, index, "prototype");
      return;
    }
    const prototypeFromSource = inSource(prototype);
    const members = new OwnEncoder(encoder, prototype, index);
    const skip = (key: PropertyKey): boolean => key === "constructor" || prototypeFromSource(key);
    const own2 = analysis.isClass ? members.properties(skip) : (members.field("Object.prototype", skip).own ?? {});
    if (Object.keys(own2).length > 0) node.members = own2;
  }
}

function builtinNode(fn: Function): Node | undefined {
  const name = builtinName(fn);
  return name === undefined ? undefined : { t: "builtin", name };
}

function bindingReference(script: Script, name: string, value: unknown): ModuleReference | undefined {
  const binding = script.syntax.imports.get(name);
  return binding && referenceOfBinding(script, binding, value as object);
}

function readVariable(variables: object, name: string): unknown {
  try {
    return (variables as Record<string, unknown>)[name];
  } catch {
    // V8 throws for a variable in its temporal dead zone.
    return MISSING;
  }
}

/** The height of the scope of a module's (or CommonJS wrapper's) top level; `Script` scopes lie below it. */
function moduleHeight({ scopes }: FunctionScopes): number {
  const below = scopes.findLastIndex((scope) => !scope.description.startsWith("Script"));
  return scopes.length - below;
}

function isRequire(name: string, value: unknown): boolean {
  return typeof value === "function" && /require/i.test(name) && "resolve" in value && "cache" in value;
}

/** The name to give back; undefined where the source defines a static member called name. */
function ownName(fn: Function): string | undefined {
  const name = Object.getOwnPropertyDescriptor(fn, "name")?.value as unknown;
  return typeof name === "string" ? name : undefined;
}

function isDefinedBy(source: string, { value, get, set }: PropertyDescriptor): boolean {
  const functions = [value as unknown, get, set].filter((one) => one !== undefined);
  return (
    functions.length > 0 &&
    functions.every((one) => typeof one === "function" && source.includes(Function.prototype.toString.call(one)))
  );
}

function isFunctionPrototype(value: object): boolean {
  return value === Function.prototype || /^(?:Function|%\w+Function)\.prototype$/.test(builtinName(value) ?? "");
}

/** Classes, and constructor functions whose prototype has members: their instances carry the class's id. */
function isClassLike(fn: Function, analysis: FunctionAnalysis, node: FunctionNode): boolean {
  return analysis.isClass || (!analysis.isArrow && fn.prototype !== undefined && (node.members ?? node.replaced) !== undefined);
}

/** Sloppy functions (not arrows, not methods) have a `caller` of their own; the others follow their script. */
function isStrict(fn: Function, script: Script | undefined): boolean {
  if (script?.isModule === true) return true;
  if (Object.hasOwn(fn, "caller")) return false;
  return Object.hasOwn(fn, "prototype") && !/^async|^\*/.test(Function.prototype.toString.call(fn))
    ? true
    : (script?.syntax.isStrict ?? false);
}

function placeOf(
  script: Script | undefined,
  offset: number | undefined,
  { location }: FunctionScopes,
): Pick<Code, "file" | "line" | "column"> {
  const file = script?.url ?? "";
  if (script && offset !== undefined) return { file, ...positionOf(script.source, offset) };
  return { file, line: location?.line ?? 0, column: location?.column ?? 0 };
}
