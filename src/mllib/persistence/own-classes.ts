/** Persistence of classes that users write. */
import { classNameOf, type Params } from "../param/params";
import type { Metadata, ModelDirectory } from "./directory";
import { persistent } from "./registry";

/** What instances hold beside their parameters. */
export interface OwnLayout<T extends Params> {
  /** Under which name metadata say the class: its own name, unless given. Of two classes of one name, `load` knows the last. */
  readonly name?: string;
  /** Writes what is not in parameters: tables (`directory.writeTable`), or fields of the metadata. */
  readonly save?: (instance: T, directory: ModelDirectory) => Promise<void>;
  readonly metadata?: (instance: T) => Readonly<Record<string, unknown>>;
  /** Makes an instance of that; its uid and parameters are set afterwards. Without it, one is made by the constructor. */
  readonly load?: (metadata: Metadata, directory: ModelDirectory) => T | Promise<T>;
}

/**
 * Lets instances of a class be saved and loaded, also as parts of pipelines and searches: what PySpark's DefaultParamsWritable and
 * DefaultParamsReadable do. To be called once, after the class; a program that loads must call it, too.
 *
 * @example
 * defaultParamsPersistence(Shift);
 * await new Shift({ inputCol: "x", by: 2 }).write().overwrite().save("models/shift");
 * const shift = await Shift.load("models/shift");
 */
export function defaultParamsPersistence<T extends Params>(
  type: (abstract new (...args: never[]) => T) & { readonly name: string },
  { name = classNameOf(type), save, metadata, load }: OwnLayout<T> = {},
): void {
  persistent<T>(type, {
    sparkClass: name,
    ...(save === undefined ? {} : { save }),
    ...(metadata === undefined ? {} : { metadata }),
    // By its type the class may be abstract; without `load` it must not be.
    load: load ?? (() => new (type as unknown as new () => T)()),
  });
}
