/**
 * Reads what JavaScript keeps to itself: the variables a function closes over and where its source stands, through a
 * same-thread inspector session. The scope objects are V8's copies: reading them runs no user code, writing them changes
 * nothing. Works in whatever realm the caller runs (Jest executes this file inside a vm context).
 */
import { setFlagsFromString } from "node:v8";
import { runInThisContext } from "node:vm";
import { type RemoteObject, listening, post } from "./inspector";

/** A function's position in its script; line and column are 0-based. */
export interface FunctionLocation {
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
}

export interface FunctionScopes {
  readonly location: FunctionLocation | undefined;
  /** Innermost first; the global object is not among them. */
  readonly scopes: readonly VariableScope[];
  /** The global object of the function's realm. */
  readonly global: object;
}

export interface VariableScope {
  /** V8's words: `Module`, `Script`, `Closure (make)`, `Block`, … */
  readonly description: string;
  readonly variables: object;
}

export interface ScriptFacts {
  readonly url: string;
  readonly isModule: boolean;
  readonly sourceMapUrl: string;
  readonly source: string;
}

interface NamedObject {
  readonly name: string;
  readonly value?: RemoteObject;
}

/** Evaluated in the main realm, where the inspector's `Runtime.evaluate` looks names up. */
export const mainGlobal = runInThisContext("globalThis") as Record<string, unknown>;

/** Reads many functions in one go: handles taken from the inspector are released by `close`. */
export class ScopeReader {
  private readonly holder: { value: unknown; scopes: unknown } = { value: undefined, scopes: undefined };
  private holderId: string | undefined;
  private name = "";

  /** The scopes of a function written in JavaScript; undefined for native ones. */
  read(fn: Function): FunctionScopes | undefined {
    const hasFlag = deadZoneFlag();
    const id = this.handleOf(fn);
    const { location, scopesId } = internalsOf(id, hasFlag);
    if (scopesId === undefined) return undefined;
    post("Runtime.callFunctionOn", {
      objectId: scopesId,
      functionDeclaration: `function () { globalThis.${this.name}.scopes = this; }`,
      silent: true,
    });
    const all = Array.from(this.holder.scopes as ArrayLike<{ description: string; object: object }>);
    const global = all.pop();
    return {
      location: location && { scriptId: location.scriptId, line: location.lineNumber, column: location.columnNumber },
      scopes: all.map(({ description, object }) => ({ description, variables: object })),
      global: global?.object ?? globalThis,
    };
  }

  /** The names of an object's own properties that are no indices, without listing those. Symbols are left out. */
  namedKeys(value: object): string[] {
    const { result } = post<{ result: (NamedObject & { readonly symbol?: unknown })[] }>("Runtime.getProperties", {
      objectId: this.handleOf(value),
      ownProperties: true,
      nonIndexedPropertiesOnly: true,
    });
    return result.filter(({ symbol, name }) => symbol === undefined && name !== "__proto__").map(({ name }) => name);
  }

  close(): void {
    if (this.holderId === undefined) return;
    this.holderId = undefined;
    this.holder.value = this.holder.scopes = undefined;
    delete mainGlobal[this.name];
    post("Runtime.releaseObjectGroup", { objectGroup: this.name });
  }

  private handleOf(value: object): string | undefined {
    this.holder.value = value;
    const held = post<{ result: NamedObject[] }>("Runtime.getProperties", { objectId: this.open(), ownProperties: true });
    return held.result.find((property) => property.name === "value")?.value?.objectId;
  }

  private open(): string {
    if (this.holderId === undefined) {
      this.name = freeName();
      Object.defineProperty(mainGlobal, this.name, { value: this.holder, configurable: true, enumerable: false });
      const { result } = post<{ result: RemoteObject }>("Runtime.evaluate", {
        expression: `globalThis.${this.name}`,
        objectGroup: this.name,
      });
      this.holderId = result.objectId;
    }
    return this.holderId as string;
  }
}

/** The same for every reader, unless one is open already: V8 keeps each text that it compiles, and there is one for each name. */
function freeName(): string {
  let number = 0;
  while (`__firesteelHeld${number}` in mainGlobal) number++;
  return `__firesteelHeld${number}`;
}

interface Internals {
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber: number } | undefined;
  readonly scopesId: string | undefined;
}

/** V8 copies the variables here. */
function internalsOf(functionId: string | undefined, hasFlag: boolean): Internals {
  if (hasFlag) setFlagsFromString(`--${DEAD_ZONE_FLAG}`);
  try {
    const { internalProperties = [] } = post<{ internalProperties?: NamedObject[] }>("Runtime.getProperties", {
      objectId: functionId,
      ownProperties: true,
      nonIndexedPropertiesOnly: true,
    });
    const find = (name: string): RemoteObject | undefined => internalProperties.find((property) => property.name === name)?.value;
    return { location: find("[[FunctionLocation]]")?.value as Internals["location"], scopesId: find("[[Scopes]]")?.objectId };
  } finally {
    if (hasFlag) setFlagsFromString(`--no-${DEAD_ZONE_FLAG}`);
  }
}

/** With it, a variable in its temporal dead zone throws when it is read from V8's copy; without it, it reads undefined. */
const DEAD_ZONE_FLAG = "experimental-value-unavailable";
let flagNeeded: boolean | undefined;

/** Whether this V8 has the flag: newer ones behave as with it, always, and complain about an unknown flag. */
function deadZoneFlag(): boolean {
  if (flagNeeded !== undefined) return flagNeeded;
  // Not yet, for the question that answers it.
  flagNeeded = false;
  const reader = new ScopeReader();
  const ask = runInThisContext("(look) => { const read = () => late; look(read); const late = 1; }") as (
    look: (fn: Function) => void,
  ) => void;
  ask((fn) => {
    const variables = reader.read(fn)?.scopes[0]?.variables as { late: unknown };
    try {
      flagNeeded = variables.late === undefined;
    } catch {
      flagNeeded = false;
    }
  });
  reader.close();
  return flagNeeded;
}

const scripts = new Map<string, ScriptFacts>();

/**
 * What V8 knows of a script, with its text as it was compiled. Read through the debugger domain, which is switched on
 * only for as long as that takes (15 ms the first time in a process, 2 ms later) and only when a script is unknown.
 */
export function scriptFacts(scriptId: string): ScriptFacts | undefined {
  const known = scripts.get(scriptId);
  if (known) return known;
  let found: ScriptParsed | undefined;
  const note = (script: ScriptParsed): void => {
    if (script.scriptId === scriptId) found = script;
  };
  const facts = listening("Debugger.scriptParsed", note, () => {
    try {
      post("Debugger.enable", { maxScriptsCacheSize: 0 });
      if (!found) return undefined;
      const { scriptSource } = post<{ scriptSource: string }>("Debugger.getScriptSource", { scriptId });
      return { url: found.url, isModule: found.isModule === true, sourceMapUrl: found.sourceMapURL ?? "", source: scriptSource };
    } finally {
      post("Debugger.disable");
    }
  });
  if (facts) scripts.set(scriptId, facts);
  return facts;
}

interface ScriptParsed {
  readonly scriptId: string;
  readonly url: string;
  readonly isModule?: boolean;
  readonly sourceMapURL?: string;
}
