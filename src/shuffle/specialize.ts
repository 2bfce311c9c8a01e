/**
 * Kernels that call a user's function for every record. V8 inlines such a call only where one function is ever called
 * from that place, so each text of the user's functions gets a compiled copy of the kernel of its own; the functions
 * themselves are arguments, because a function that captured mutable state is revived anew for each task.
 */

/** Copies kept per thread; the least recently used one goes first. */
const CAPACITY = 256;
const copies = new Map<string, Function>();

/**
 * The function that `source` (a function expression in JavaScript) evaluates to, compiled once for this combination of
 * texts of `functions`. `name` tells kernels apart: one name always goes with one source.
 */
export function specialized<F extends Function>(name: string, source: string, functions: readonly Function[]): F {
  const key = `${name}\n${functions.map(textOf).join("\n")}`;
  let copy = copies.get(key);
  if (copy === undefined) {
    copy = new Function(`"use strict"; return ${source};`)() as Function;
    if (copies.size >= CAPACITY) copies.delete(copies.keys().next().value!);
  } else {
    copies.delete(key);
  }
  copies.set(key, copy);
  return copy as F;
}

function textOf(f: Function): string {
  return Function.prototype.toString.call(f);
}
