/**
 * The classes of one thread by ids that mean the same in every thread of the application: `class:…` for classes that
 * travel by value, `module:…`, `package:…` and `engine:…` for exports of modules, `builtin:…` for Node's own. How an
 * unknown class is named, and an unknown id is found, differs between the driver and the workers: see driver-classes.ts and
 * reviver.ts.
 */
import { createHash } from "node:crypto";
import type { ValueContext } from "../columnar/value-context";
import { DataError, TaskError } from "../common/errors";
import { builtinName, builtinValue } from "./builtins";
import type { ModuleTarget } from "./module-target";
import { recordRefusal } from "./private-state";

/** What a registry asks when it does not know. */
export interface ClassSource {
  /** The id of a class, when it can be told. */
  identify(constructor: Function): string | undefined;
  find(id: string): Function | undefined;
}

/** The part of a registry that the encoder needs. */
export interface ClassIds {
  /** The id of a class that travels by value; notes the live class under it. */
  idOfLocation(constructor: Function, place: string, source: string): string;
}

export class ClassRegistry implements ValueContext, ClassIds {
  private readonly ids = new WeakMap<Function, string>();
  /** Classes whose instances can be records. A class of `ids` alone may be known for the functions that capture it. */
  private readonly ofRecords = new WeakSet<Function>();
  private readonly classes = new Map<string, { deref(): Function | undefined }>();
  /** By place: how many classes were met there. */
  private readonly copies = new Map<string, number>();
  private readonly collected = new FinalizationRegistry<string>((id) => {
    if (this.classes.get(id)?.deref() === undefined) this.classes.delete(id);
  });

  /**
   * @param hold `weak` where others keep the classes alive (the driver: the user's program and frozen functions), so that a
   * program that makes classes in a loop does not grow.
   */
  constructor(
    private readonly source: ClassSource,
    private readonly hold: "weak" | "strong",
  ) {}

  classId(constructor: Function): string {
    if (!this.ofRecords.has(constructor)) {
      const refusal = recordRefusal(constructor);
      if (refusal !== undefined) {
        throw new TaskError("TASK_NOT_SERIALIZABLE", `A value cannot be copied: it ${refusal.why}. ${refusal.remedy}`, {
          parameters: { class: constructor.name },
        });
      }
      this.ofRecords.add(constructor);
    }
    let id = this.ids.get(constructor);
    if (id === undefined) {
      const builtin = builtinName(constructor);
      id = builtin === undefined ? this.source.identify(constructor) : `builtin:${builtin}`;
      if (id === undefined) {
        throw new TaskError(
          "TASK_NOT_SERIALIZABLE",
          `Instances of class ${constructor.name || "(unnamed)"} cannot leave the task: the class was made inside it, where ` +
            `no other thread can find it. Declare the class outside of the function, or return plain objects.`,
          { parameters: { class: constructor.name } },
        );
      }
      this.register(id, constructor);
    }
    return id;
  }

  classOf(id: string): Function {
    let found = this.known(id);
    if (!found) {
      found = id.startsWith("builtin:") ? (builtinValue(id.slice("builtin:".length)) as Function) : this.source.find(id);
      if (!found) {
        throw new DataError("UNKNOWN_CLASS", `The data has instances of a class that this thread does not know (${id}).`, {
          parameters: { classId: id },
        });
      }
      this.register(id, found);
    }
    return found;
  }

  /** The class under an id, if this thread has met it. */
  known(id: string): Function | undefined {
    return this.classes.get(id)?.deref();
  }

  /** The id of a class, if this thread has met it. */
  idIfKnown(constructor: Function): string | undefined {
    return this.ids.get(constructor);
  }

  register(id: string, constructor: Function): void {
    // Each function that refers to a class comes here: one note of its end is enough.
    if (this.known(id) === constructor) return;
    this.classes.set(id, this.hold === "weak" ? new WeakRef(constructor) : { deref: () => constructor });
    if (this.hold === "weak") this.collected.register(constructor, id);
    if (!this.ids.has(constructor)) this.ids.set(constructor, id);
  }

  idOfLocation(constructor: Function, place: string, source: string): string {
    const known = this.ids.get(constructor);
    if (known?.startsWith("class:") === true) return known;
    const base = `class:${createHash("sha256").update(place).update("\0").update(source).digest("hex").slice(0, 16)}`;
    // A function that makes classes makes several at one place.
    const copy = (this.copies.get(base) ?? 0) + 1;
    this.copies.set(base, copy);
    const id = copy === 1 ? base : `${base}#${copy}`;
    this.register(id, constructor);
    return id;
  }
}

/** The id of a class that a module exports (or declares at its top level). */
export function moduleClassId(target: ModuleTarget, name: string): string | undefined {
  switch (target.kind) {
    case "file":
      return `module:${target.hash}#${name}`;
    case "package":
      return `package:${target.name}@${target.version}:${target.path}#${name}`;
    case "engine":
      return `engine:#${name}`;
    default:
      return undefined;
  }
}

export type ParsedClassId =
  | { readonly kind: "module"; readonly hash: string; readonly name: string }
  | { readonly kind: "package"; readonly path: string; readonly package: string; readonly version: string; readonly name: string }
  | { readonly kind: "engine"; readonly name: string };

/** Takes ids of `moduleClassId` apart; undefined for other ids. */
export function parseClassId(id: string): ParsedClassId | undefined {
  const match = /^(module|package|engine):(.*)#([^#]*)$/s.exec(id);
  if (!match) return undefined;
  const [, kind, middle, name] = match as unknown as [string, string, string, string];
  if (kind === "module") return { kind, hash: middle, name };
  if (kind === "engine") return { kind, name };
  const found = /^(@?[^@]+)@([^:]*):(.*)$/s.exec(middle);
  return found
    ? { kind: "package", package: found[1] as string, version: found[2] as string, path: found[3] as string, name }
    : undefined;
}
