/** Grids of candidates. */
import { UsageError } from "../../common/errors";
import { type Param, ParamMap } from "../param/param";

/**
 * All combinations of values of parameters.
 *
 * @example
 * const grid = new ParamGridBuilder().addGrid(forest.numTrees, [10, 20]).addGrid(forest.maxDepth, [5, 10]).build(); // 4 maps
 */
export class ParamGridBuilder {
  readonly #axes = new Map<string, readonly [Param, readonly unknown[]]>();

  /** Adds a parameter with its values, or replaces those that it had. */
  addGrid<T>(param: Param<T>, values: readonly T[]): this {
    if (values.length === 0)
      throw new UsageError("INVALID_ARGUMENT", `ParamGridBuilder: addGrid needs at least one value for ${param.name}.`);
    this.#axes.set(String(param), [param, values.map((value) => param.checked(value))]);
    return this;
  }

  /** Gives parameters the same value in all candidates: maps, or pairs of a parameter and its value. */
  baseOn<T extends readonly unknown[]>(...base: { readonly [K in keyof T]: ParamMap | readonly [Param<T[K]>, T[K]] }): this {
    for (const item of base as readonly (ParamMap | readonly [Param, unknown])[])
      for (const [param, value] of item instanceof ParamMap ? item : [item]) this.addGrid<unknown>(param, [value]);
    return this;
  }

  /** The candidates: values of the parameter that was added last change first. */
  build(): ParamMap[] {
    let maps: readonly (readonly (readonly [Param, unknown])[])[] = [[]];
    for (const [param, values] of this.#axes.values())
      maps = maps.flatMap((map) => values.map((value) => [...map, [param, value] as const]));
    return maps.map((entries) => new ParamMap(entries));
  }
}
