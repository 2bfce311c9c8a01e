/**
 * Conditions over one dictionary column of strings: evaluated once for each entry that occurs, and remembered in a table beside
 * the dictionary, which row groups share between their batches.
 */
import type { Vector } from "../../columnar/vector";
import type { Attribute, Call, Expression } from "../expressions/expression";
import { attributesOf } from "../expressions/traverse";
import { keyOf } from "./emitter-keys";
import { atom } from "./code";
import type { Emitter } from "./emitter";
import type { Term } from "./term";

/** Bytes of a table: 0 not yet known, 1 false, 2 true, 3 null. The last one is for a missing value. */
type Memo = Uint8Array;

/** The condition through its column's table; null where it has none. */
export function memoised(emitter: Emitter, call: Call): Term | null {
  if (call.type.kind !== "boolean" || call.fn === "isnull" || call.fn === "isnotnull") return null;
  const attribute = onlyString(call);
  if (attribute === null || keyOf(call, emitter.functions) === null) return null;
  const column = emitter.emit(attribute);
  if (column.entry === undefined) return null;
  const { writer } = emitter;
  const { lines, result } = writer.capture(() => emitter.computeCall(call));
  if (lines.length === 0) return null;
  const { dictionary, code } = column.entry;
  const memo = writer.hoist(`R.memo(${dictionary}, ${writer.bind(call, "condition")})`, "memo");
  const at = column.isNull === null ? code : `(${column.isNull} ? ${memo}.length - 1 : ${code})`;
  const known = writer.name("m");
  writer.line(`let ${known} = ${memo}[${at}];`);
  writer.line(`if (${known} === 0) {`);
  writer.lines(lines);
  const value = `${atom(result.code)} ? 2 : 1`;
  writer.line(`${known} = ${memo}[${at}] = ${result.isNull === null ? value : `${atom(result.isNull)} ? 3 : ${value}`};`);
  writer.line("}");
  return {
    type: call.type,
    rep: "bool",
    code: `(${known} === 2)`,
    isNull: result.isNull === null ? null : `(${known} === 3)`,
  };
}

/** The one column that an expression is over, where it is a string. */
function onlyString(expression: Expression): Attribute | null {
  const attributes = attributesOf(expression);
  const [first] = attributes;
  return attributes.length === 1 && first!.type.kind === "string" ? first! : null;
}

const memos = new WeakMap<Vector, Map<object, Memo>>();

/** The table of a condition over a dictionary. */
export function memo(dictionary: Vector, condition: object): Memo {
  let tables = memos.get(dictionary);
  if (tables === undefined) memos.set(dictionary, (tables = new Map<object, Memo>()));
  let table = tables.get(condition);
  if (table === undefined) tables.set(condition, (table = new Uint8Array(dictionary.length + 1)));
  return table;
}

const hashes = new WeakMap<Vector, Int32Array>();

/** Hashes of a dictionary's entries, as far as they are known; 0 where they are not. */
export function entryHashes(dictionary: Vector): Int32Array {
  let known = hashes.get(dictionary);
  if (known === undefined) hashes.set(dictionary, (known = new Int32Array(dictionary.length)));
  return known;
}
