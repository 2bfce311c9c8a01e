/** How a column of the input is read: one piece of source for each form that a vector may have. */
import type { DataType } from "../../columnar/types";
import type { ColumnBatch, FixedVector, Vector } from "../../columnar/vector";
import { atom } from "./code";
import { safeOf } from "./pairs";
import { exactCode, rangeOf, safeRange, type ColumnOrigin, type Term } from "./term";
import { isFloating, isIntLike, isLongLike } from "../types/families";
import type { FunctionWriter } from "./writer";

/** What the code for a column depends on: form, kind of arrays, and "?" where values may be missing. */
export type ColumnForm = string;

export function formOf(vector: Vector): ColumnForm {
  const nulls = vector.valid === null ? "" : "?";
  switch (vector.form) {
    case "fixed":
      return arrayName(vector.values) + nulls;
    case "wide":
      return `wide${vector.words}${nulls}`;
    case "dictionary":
      return `dictionary(${arrayName(vector.codes)},${formOf(vector.dictionary)})${nulls}`;
    case "struct":
      return `struct(${vector.children.map(formOf).join()})${nulls}`;
    default:
      return vector.form + nulls;
  }
}

/** One text for the forms of the columns that a function reads; equal texts, equal code. */
export function formsOf(batch: ColumnBatch, used: readonly number[]): string {
  let forms = "";
  for (const index of used) forms += `${formOf(batch.columns[index]!)};`;
  return forms;
}

function arrayName(values: FixedVector["values"] | Int32Array | Uint16Array): string {
  return values.constructor.name.replace("Array", "");
}

/** Reads column `origin` of the vector in local `vector`, which has `form`, at row `row`. Arrays are hoisted, values are loaded where this is called. */
export function loadColumn(
  writer: FunctionWriter,
  vector: string,
  form: ColumnForm,
  type: DataType,
  row: string,
  origin: ColumnOrigin,
): Term {
  const nulls = form.endsWith("?");
  const bare = nulls ? form.slice(0, -1) : form;
  if (bare === "null") return nullTerm(type);
  const isNull = nulls ? writer.constant(`${writer.hoist(`${vector}.valid`, "valid")}[${row}] === 0`, "n") : null;
  if (bare.startsWith("dictionary(")) {
    const dictionary = writer.hoist(`${vector}.dictionary`, "dict");
    const code = writer.constant(`${writer.hoist(`${vector}.codes`, "codes")}[${row}]`, "code");
    const inner = bare.slice(bare.indexOf(",") + 1, -1);
    const term = loadValue(writer, dictionary, inner, type, code, null);
    return { ...term, isNull, column: origin, entry: { dictionary, code } };
  }
  return { ...loadValue(writer, vector, bare, type, row, isNull), isNull, column: origin };
}

/**
 * Reads a field of the structs in a vector, or a field of that one where `path` goes on, out of the field's own vector. Null where a vector on
 * the way is none of structs.
 */
export function loadField(
  writer: FunctionWriter,
  local: string,
  vector: Vector,
  type: DataType,
  path: readonly number[],
  row: string,
): Term | null {
  const nulls: string[] = [];
  let at = { local, vector, type };
  for (const ordinal of path) {
    if (at.vector.form !== "struct" || at.type.kind !== "struct") return null;
    if (at.vector.valid !== null) nulls.push(writer.constant(`${writer.hoist(`${at.local}.valid`, "valid")}[${row}] === 0`, "n"));
    const child = writer.hoist(`${at.local}.children[${ordinal}]`, "c");
    at = { local: child, vector: at.vector.children[ordinal]!, type: at.type.fields[ordinal]!.type };
  }
  const { column: _, ...term } = loadColumn(writer, at.local, formOf(at.vector), at.type, row, { source: 0, index: 0 });
  if (term.isNull !== null) nulls.push(term.isNull);
  const isNull = nulls.length < 2 ? (nulls[0] ?? null) : writer.constant(nulls.map(atom).join(" || "), "n");
  return { ...term, isNull };
}

function loadValue(
  writer: FunctionWriter,
  vector: string,
  form: string,
  type: DataType,
  row: string,
  isNull: string | null,
): Omit<Term, "isNull"> {
  const values = (): string => writer.hoist(`${vector}.values`, "v");
  if (form === "bytes") {
    const starts = writer.hoist(`${vector}.starts`, "starts");
    const ends = writer.hoist(`${vector}.ends`, "ends");
    return {
      type,
      rep: "bytes",
      code: writer.hoist(`${vector}.bytes`, "bytes"),
      // Where the value is not looked at, neither are they.
      start: `${starts}[${row}]`,
      end: `${ends}[${row}]`,
    };
  }
  if (form === "wide1" || form === "wide2") {
    const words = writer.hoist(`R.wordsOf(${values()})`, "words");
    if (form === "wide1") return loadedPair(writer, `R.loadLong(${words}, ${row})`, null, type);
    return loadedPair(writer, `R.loadPair(${words}, ${row})`, `R.beyondPair(${values()}, ${row})`, type);
  }
  if (type.kind === "boolean") return { type, rep: "bool", code: writer.constant(`${values()}[${row}] === 1`, "b") };
  if (isIntLike(type)) {
    return { type, rep: "int", code: writer.constant(`${values()}[${row}]`, "x"), range: rangeOf(type) };
  }
  if (isFloating(type)) return { type, rep: "f64", code: writer.constant(`${values()}[${row}]`, "x") };
  if (isLongLike(type)) {
    return { type, rep: "safe", code: writer.constant(`${values()}[${row}]`, "x"), range: safeRange(rangeOf(type)) };
  }
  const reader = writer.hoist(`R.boxedReader(${vector}, ${writer.bind(type, "type")})`, "read");
  const code = isNull === null ? `${reader}(${row})` : `${isNull} ? null : ${reader}(${row})`;
  return { type, rep: "boxed", code: writer.constant(code, "o") };
}

/** The pair that a call of the runtime gives; where it gives none, the value is `beyond`. */
export function loadedPair(writer: FunctionWriter, load: string, beyond: string | null, type: DataType): Omit<Term, "isNull"> {
  writer.line(`${load};`);
  const given = writer.hoist("R.pair", "pair");
  const high = writer.constant(`${given}[0]`, "high");
  const low = writer.constant(`${given}[1]`, "low");
  const big = beyond === null ? "null" : writer.constant(`${high} === ${high} ? null : ${beyond}`, "big");
  const pair = { high, low, beyond: big };
  return { type, rep: "any", code: writer.constant(safeOf(pair), "x"), big: exactCode(pair), pair, range: rangeOf(type) };
}

/** A value that is always missing. */
export function nullTerm(type: DataType): Term {
  const isNull = "true";
  switch (type.kind) {
    case "boolean":
      return { type, rep: "bool", code: "false", isNull };
    case "string":
      return { type, rep: "text", code: '""', isNull };
    case "binary":
      return { type, rep: "bytes", code: "R.EMPTY", start: "0", end: "0", isNull };
    default:
      if (isIntLike(type)) return { type, rep: "int", code: "0", isNull, range: [0, 0] };
      if (isFloating(type)) return { type, rep: "f64", code: "0", isNull };
      if (isLongLike(type)) return { type, rep: "safe", code: "0", isNull, range: [0, 0] };
      return { type, rep: "boxed", code: "null", isNull };
  }
}
