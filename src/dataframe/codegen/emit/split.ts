/** One part of a divided text: neither the array nor its other parts are made. */
import type { Call } from "../../expressions/expression";
import { plainPattern } from "../../functions/text/plain-pattern";
import { isBinaryString } from "../../types/families";
import type { Emitter } from "../emitter";
import type { Term } from "../term";

/** split(text, 'plain text')[n], and element_at of it. What has no such part goes to the evaluators. */
export function emitItem(emitter: Emitter, call: Call): Term | null {
  const [array, index] = call.args;
  if (array?.kind !== "call" || array.fn !== "split" || index?.kind !== "literal" || typeof index.value !== "number") return null;
  const at: number = index.value;
  const place = call.fn === "element_at" ? at - 1 : at;
  const [text, pattern, limit] = array.args;
  if (!(place >= 0) || text?.type.kind !== "string" || !isBinaryString(text.type) || limit?.kind !== "literal") return null;
  if (pattern?.kind !== "literal" || typeof pattern.value !== "string" || !((limit.value as number) <= 0)) return null;
  const delimiter = plainPattern(pattern.value);
  if (delimiter === null) return null;
  const { writer } = emitter;
  const term = emitter.emit(text);
  const split = emitter.evaluator(array);
  const item = emitter.evaluator(call);
  return emitter.guarded(call.type, "text", term.isNull, true, (result, isNull) => {
    const value = writer.constant(emitter.boxedValue(term), "t");
    const part = writer.constant(`R.splitPart(${value}, ${JSON.stringify(delimiter)}, ${place})`, "part");
    writer.line(`if (${part} !== null) ${result} = ${part};`);
    writer.line("else {");
    const other = writer.constant(`${item}(${split}(${value}, ${JSON.stringify(pattern.value)}, -1), ${at})`, "o");
    writer.line(`if (${other} === null) ${isNull} = true; else ${result} = ${other};`);
    writer.line("}");
  });
}
