/** Fields of structs: a struct is made only where it is asked for as a whole. */
import type { Call } from "../../expressions/expression";
import type { Emitter } from "../emitter";
import type { Term } from "../term";
import { emitJsonField } from "./json";

export function emitStructField(emitter: Emitter, call: Call): Term {
  const ordinal = call.options?.["ordinal"] as number;
  const known = emitter.field(call.args[0]!, [ordinal]) ?? emitJsonField(emitter, call);
  if (known !== null) return known;
  const struct = emitter.emit(call.args[0]!);
  return emitter.fromBoxed(call.type, struct.isNull, `${struct.code}[${ordinal}]`);
}
