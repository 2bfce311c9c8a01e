/**
 * The driver's classes: the live ones of the user's program, so that instances in results are instances of them. A class
 * becomes known when a function that uses it is frozen, when its instances are sent (`classId`), or, for modules that
 * executors load, by looking into the scope of a function of the same module.
 */
import { createRequire } from "node:module";
import { ClassRegistry, moduleClassId, parseClassId } from "./class-registry";
import type { ModuleReference } from "./module-references";
import { ScopeReader } from "./scopes";

/** By hash of a module: some live function of it. */
const probes = new Map<string, Function>();
let engineExports: Readonly<Record<string, unknown>> = {};
let identifyByFreezing: (constructor: Function) => string | undefined = () => undefined;

/** The one registry of the driver's thread. */
export const driverClasses: ClassRegistry = new ClassRegistry({
  identify: (constructor) => identifyByFreezing(constructor),
  find: findClass,
});

/** Breaks the circle: freezing registers classes, and naming a class means to freeze it. */
export function setIdentifier(identify: (constructor: Function) => string | undefined): void {
  identifyByFreezing = identify;
}

export function setEngineExports(engine: object): void {
  engineExports = engine as Readonly<Record<string, unknown>>;
}

/** Notes a live function or class that travels as a reference. */
export function noteReferenced(fn: Function, { target, path }: ModuleReference): void {
  if (target.kind === "file") probes.set(target.hash, fn);
  const name = "name" in path ? path.name : path.kind === "exports" ? "module.exports" : undefined;
  const id = name === undefined ? undefined : moduleClassId(target, name);
  if (id !== undefined && isConstructor(fn)) driverClasses.register(id, fn);
}

function isConstructor(fn: Function): boolean {
  return typeof Object.getOwnPropertyDescriptor(fn, "prototype")?.value === "object";
}

function findClass(id: string): Function | undefined {
  const parsed = parseClassId(id);
  switch (parsed?.kind) {
    case "engine":
      return functionOrNothing(engineExports[parsed.name]);
    case "package": {
      const exports = createRequire(parsed.path).cache[parsed.path]?.exports as Record<string, unknown> | undefined;
      return functionOrNothing(parsed.name === "module.exports" ? exports : exports?.[parsed.name]);
    }
    case "module": {
      const probe = probes.get(parsed.hash);
      return probe && functionOrNothing(variableNear(probe, parsed.name));
    }
    default:
      return undefined;
  }
}

/** A top-level variable of the module that a function stands in. */
function variableNear(fn: Function, name: string): unknown {
  const reader = new ScopeReader();
  try {
    const scope = reader.read(fn)?.scopes.findLast(({ variables }) => name in variables);
    return (scope?.variables as Record<string, unknown> | undefined)?.[name];
  } catch {
    // A variable in its temporal dead zone.
    return undefined;
  } finally {
    reader.close();
  }
}

function functionOrNothing(value: unknown): Function | undefined {
  return typeof value === "function" ? value : undefined;
}
