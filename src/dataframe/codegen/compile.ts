/** Generated source as functions, once a thread for each text. */
import { compile } from "../../columnar/compile";
import { runtime } from "./runtime";

const compiled = new Map<string, unknown>();
const MOST = 2000;

/** `source` is an expression of a function; it may use `R`. */
export function compileFunction<T>(source: string): T {
  let made = compiled.get(source);
  if (made === undefined) {
    if (compiled.size >= MOST) compiled.delete(compiled.keys().next().value!);
    made = compile<unknown>(`return (${source});`, { R: runtime });
    compiled.set(source, made);
  }
  return made as T;
}
