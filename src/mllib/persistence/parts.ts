/** How estimators that are made of others are saved: each part in a directory of its own. */
import type { Params } from "../param/params";
import { loadInstance, persistent, saveInstance } from "./registry";

interface Counted {
  /** Of parts that are arrays, how many; null of one instance. */
  readonly parts: Readonly<Record<string, number | null>>;
}

/** @param names parameters that hold an instance, or an array of them */
export function savedWithParts<T extends Params>(type: new () => T, sparkClass: string, names: readonly string[]): void {
  persistent<T>(type, {
    sparkClass,
    leaveOut: names,
    metadata(instance): Readonly<Record<string, unknown>> & Counted {
      const known = names.filter((name) => instance.isSet(name));
      return {
        parts: Object.fromEntries(
          known.map((name) => {
            const part = instance.getOrDefault(name);
            return [name, Array.isArray(part) ? part.length : null];
          }),
        ),
      };
    },
    async save(instance, directory) {
      for (const name of names) {
        if (!instance.isSet(name)) continue;
        const part = instance.getOrDefault(name) as Params | readonly Params[];
        if (!Array.isArray(part)) await saveInstance(part as Params, directory.child(name));
        else
          for (const [i, each] of (part as readonly Params[]).entries())
            await saveInstance(each, directory.child(`${name}_${i}`));
      }
    },
    async load(metadata, directory) {
      const instance = new type();
      for (const [name, count] of Object.entries((metadata as unknown as Counted).parts)) {
        const parts: Params[] = [];
        for (let i = 0; i < (count ?? 0); i++) parts.push(await loadInstance(directory.child(`${name}_${i}`)));
        instance.set(name, count === null ? await loadInstance(directory.child(name)) : parts);
      }
      return instance;
    },
  });
}
