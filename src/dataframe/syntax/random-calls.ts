/**
 * Calls that draw random values. One without a seed gets one where its DataFrame is made, as in Spark: all actions of the DataFrame, what is
 * made of it, and what is cached of it see the same values. Calls in views, routines and statements that change something draw anew each
 * time that they run.
 */

/** Functions with a seed as their last parameter, which may be left out. */
const SEEDED: ReadonlySet<string> = new Set(["rand", "random", "randn", "uniform", "randstr", "uuid", "shuffle"]);

export function isSeeded(name: string): boolean {
  return SEEDED.has(name.toLowerCase());
}

/** Decimal digits of a number from 0 to before 2^53. */
export function newSeed(): string {
  return String(Math.floor(Math.random() * Number.MAX_SAFE_INTEGER));
}
