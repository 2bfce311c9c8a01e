/**
 * The driver's classes: the live ones of the user's program, so that instances in results are instances of them. A class
 * becomes known when a function that uses it is frozen, when its instances are sent (`classId`), or, for modules that
 * executors load, by looking into the scope of a function of the same module.
 */
import { createRequire } from "node:module";
import { ClassRegistry, moduleClassId, parseClassId } from "./class-registry";
import type { ModuleReference } from "./module-references";
import type { ModuleTarget } from "./module-target";
import { ScopeReader } from "./scopes";

/** By module: some live function of it, and what an import bound as the whole of it. */
const probes = new Map<string, WeakRef<Function>>();
const wholes = new Map<string, WeakRef<object>>();
let engineExports: Readonly<Record<string, unknown>> = {};
let identifyByFreezing: (constructor: Function) => string | undefined = () => undefined;

/** The one registry of the driver's thread. */
export const driverClasses: ClassRegistry = new ClassRegistry(
  {
    identify: (constructor) => identifyByFreezing(constructor),
    find: findClass,
  },
  "weak",
);

/** Breaks the circle: freezing registers classes, and naming a class means to freeze it. */
export function setIdentifier(identify: (constructor: Function) => string | undefined): void {
  identifyByFreezing = identify;
}

export function setEngineExports(engine: object): void {
  engineExports = engine as Readonly<Record<string, unknown>>;
}

/** Notes a live value that travels as a reference. */
export function noteReferenced(value: object, { target, path }: ModuleReference): void {
  const module = moduleKey(target);
  if (module !== undefined && (path.kind === "exports" || path.kind === "star")) wholes.set(module, new WeakRef(value));
  if (typeof value !== "function") return;
  if (module !== undefined) probes.set(module, new WeakRef(value));
  const name = "name" in path ? path.name : path.kind === "exports" ? "module.exports" : undefined;
  const id = name === undefined ? undefined : moduleClassId(target, name);
  if (id !== undefined && isConstructor(value)) driverClasses.register(id, value);
}

function moduleKey(target: ModuleTarget): string | undefined {
  return target.kind === "file" ? target.hash : target.kind === "package" ? target.path : undefined;
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
      if (parsed.name === "module.exports") return functionOrNothing(exports);
      return functionOrNothing(exports?.[parsed.name]) ?? findInModule(parsed.path, parsed.name);
    }
    case "module":
      return findInModule(parsed.hash, parsed.name);
    default:
      return undefined;
  }
}

function findInModule(key: string, name: string): Function | undefined {
  const whole = wholes.get(key)?.deref() as Record<string, unknown> | undefined;
  const exported = whole && name in whole ? functionOrNothing(whole[name]) : undefined;
  if (exported) return exported;
  const probe = probes.get(key)?.deref();
  return probe && functionOrNothing(variableNear(probe, name));
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
