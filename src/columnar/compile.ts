/**
 * The one place of columnar/ that makes functions out of source. The source is our own: names of users appear in it only as
 * string literals.
 */

let made = 0;

/**
 * Evaluates `source`, the body of a function that returns what is wanted, with the given values under their names.
 *
 * V8 keeps what it learns of a function, and what it compiles, with the text: functions of the same text, made for different kinds of arrays,
 * would be one to it that has seen all kinds. It calls the runtime for each element from the fifth kind on, some 50 times slower. So each
 * text is made another one by its number. Who calls must keep what he gets.
 */
export function compile<T>(source: string, scope: Readonly<Record<string, unknown>>): T {
  made++;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function(...Object.keys(scope), `"use strict"; // ${made}\n${source}`) as (...values: unknown[]) => T;
  return make(...Object.values(scope));
}
