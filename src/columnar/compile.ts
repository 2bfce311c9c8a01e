/**
 * The one place of columnar/ that makes functions out of source. The source is our own: names of users appear in it only as
 * string literals.
 */

/** Evaluates `source`, the body of a function that returns what is wanted, with the given values under their names. */
export function compile<T>(source: string, scope: Readonly<Record<string, unknown>>): T {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function(...Object.keys(scope), `"use strict";\n${source}`) as (...values: unknown[]) => T;
  return make(...Object.values(scope));
}
