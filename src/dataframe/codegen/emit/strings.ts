/** Functions of strings that work on their bytes. */
import { letterLocale } from "../../expressions/collation";
import type { Call, Expression } from "../../expressions/expression";
import { atom } from "../code";
import { likeMatcher } from "../byte-search";
import { ColumnSearch } from "../column-search";
import type { Emitter } from "../emitter";
import type { Term } from "../term";
import { isBinaryString } from "../../types/families";

const BOOLEAN = { kind: "boolean" } as const;

function areStrings(args: readonly Expression[]): boolean {
  return args.every(({ type }) => type.kind === "string" && isBinaryString(type));
}

export function emitLength(emitter: Emitter, call: Call): Term | null {
  const [arg] = call.args;
  if (call.args.length !== 1 || (arg!.type.kind !== "string" && arg!.type.kind !== "binary")) return null;
  const term = emitter.emit(arg!);
  const bytes = arg!.type.kind === "binary" || call.fn === "octet_length";
  if (term.rep === "text") {
    const units = emitter.writer.constant(`R.${bytes ? "textBytes" : "textLength"}(${term.code})`, "length");
    return { type: call.type, rep: "int", code: units, isNull: term.isNull, range: [0, 2147483647] };
  }
  const { code, start, end } = emitter.bytes(term);
  const count = bytes ? `${end} - ${start}` : `R.characterLength(${code}, ${start}, ${end})`;
  const value = emitter.writer.constant(count, "length");
  return { type: call.type, rep: "int", code: value, isNull: term.isNull, range: [0, 2147483647] };
}

/** left(text, count) and right(text, count): the same bytes, other ends. */
export function emitSide(emitter: Emitter, call: Call): Term | null {
  const [text, count] = call.args;
  if (!areStrings([text!]) || count?.type.kind !== "int") return null;
  const { writer } = emitter;
  const [term, wanted] = emitter.emitArgs([text!, count]) as [Term, Term];
  const isNull = emitter.anyNull([term, wanted]);
  const left = call.fn === "left";
  if (term.rep === "text") {
    const part = left
      ? `R.textPart(${term.code}, 1, ${wanted.code})`
      : `R.textPart(${term.code}, -${atom(wanted.code)}, ${wanted.code})`;
    return { type: call.type, rep: "text", code: writer.constant(part, "t"), isNull };
  }
  const { code, start, end } = emitter.bytes(term);
  const range = `${code}, ${start}, ${end}, ${wanted.code}`;
  return left
    ? { type: call.type, rep: "bytes", code, start, end: writer.constant(`R.skipCharacters(${range})`, "e"), isNull }
    : { type: call.type, rep: "bytes", code, start: writer.constant(`R.lastCharacters(${range})`, "s"), end, isNull };
}

/** substring(text, position, length): the same bytes, other ends. */
export function emitSubstring(emitter: Emitter, call: Call): Term | null {
  const [text, position, count] = call.args;
  if (!areStrings([text!]) || position?.type.kind !== "int") return null;
  if (count !== undefined && count.type.kind !== "int") return null;
  const { writer } = emitter;
  const args = emitter.emitArgs(count === undefined ? [text!, position] : [text!, position, count]);
  const [term, from] = args as [Term, Term];
  const length = args[2] ?? null;
  const isNull = emitter.anyNull(length === null ? [term, from] : [term, from, length]);
  if (term.rep === "text") {
    const part = `R.textPart(${term.code}, ${from.code}, ${length === null ? "2147483647" : length.code})`;
    return { type: call.type, rep: "text", code: writer.constant(part, "t"), isNull };
  }
  const { code, start, end } = emitter.bytes(term);
  const place = from.literal?.value;
  const size = length === null ? 2147483647 : length.literal?.value;
  if (typeof place === "number" && typeof size === "number" && place >= 0) {
    const skipped = Math.max(0, place - 1);
    const first = skipped === 0 ? start : writer.constant(`R.skipCharacters(${code}, ${start}, ${end}, ${skipped})`, "s");
    const last =
      size <= 0 ? first : length === null ? end : writer.constant(`R.skipCharacters(${code}, ${first}, ${end}, ${size})`, "e");
    return { type: call.type, rep: "bytes", code, start: first, end: last, isNull };
  }
  const begin = writer.constant(`R.substringFrom(${code}, ${start}, ${end}, ${from.code})`, "from");
  const first = writer.constant(`R.skipCharacters(${code}, ${start}, ${end}, ${begin})`, "s");
  const last = writer.constant(
    `R.skipCharacters(${code}, ${first}, ${end}, Math.min(${begin}, 0) + ${length === null ? "2147483647" : length.code})`,
    "e",
  );
  return { type: call.type, rep: "bytes", code, start: first, end: last, isNull };
}

const SEARCHES: Readonly<Record<string, string>> = { startswith: "startsWith", endswith: "endsWith", contains: "indexOf" };
const TEXT_SEARCHES: Readonly<Record<string, string>> = { ...SEARCHES, contains: "includes" };

export function emitSearch(emitter: Emitter, call: Call): Term | null {
  if (call.args.length !== 2 || !areStrings(call.args)) return null;
  const [a, b] = emitter.emitArgs(call.args) as [Term, Term];
  const isNull = emitter.anyNull([a, b]);
  if (a.rep === "text" && (b.rep === "text" || b.literal !== undefined)) {
    const found = `${a.code}.${TEXT_SEARCHES[call.fn]!}(${emitter.boxedValue(b)})`;
    return { type: BOOLEAN, rep: "bool", code: emitter.writer.constant(found, "found"), isNull };
  }
  const [text, part] = [emitter.bytes(a), emitter.bytes(b)];
  const args = `${text.code}, ${text.start}, ${text.end}, ${part.code}, ${part.start}, ${part.end}`;
  const found = `R.${SEARCHES[call.fn]!}(${args})`;
  const code = emitter.writer.constant(call.fn === "contains" ? `${found} >= 0` : found, "found");
  return { type: BOOLEAN, rep: "bool", code, isNull };
}

/** upper and lower of bytes; of JavaScript's strings they are its own. */
export function emitLetterCase(emitter: Emitter, call: Call): Term | null {
  if (call.args[0]!.type.kind !== "string" || letterLocale(call.type) !== undefined) return null;
  const term = emitter.emit(call.args[0]!);
  if (term.rep !== "bytes") return null;
  const { code, start, end, isNull } = emitter.bytes(term);
  return { type: call.type, ...emitter.slabbed(() => `R.${call.fn}(${code}, ${start}, ${end})`), isNull };
}

/** Spaces at the ends of bytes left out: the same bytes, other ends. */
export function emitTrim(emitter: Emitter, call: Call): Term | null {
  if (call.args.length !== 1 || !areStrings(call.args)) return null;
  const { writer } = emitter;
  const term = emitter.emit(call.args[0]!);
  if (term.rep !== "bytes") return null;
  const { code, start, end, isNull } = emitter.bytes(term);
  const first = call.fn === "rtrim" ? start : writer.constant(`R.skipSpaces(${code}, ${start}, ${end})`, "s");
  const last = call.fn === "ltrim" ? end : writer.constant(`R.skipSpacesBack(${code}, ${first}, ${end})`, "e");
  return { type: call.type, rep: "bytes", code, start: first, end: last, isNull };
}

/** Strings one after the other: bytes where one of them has bytes already, else a string of JavaScript's, which does not copy long ones. */
export function emitConcat(emitter: Emitter, call: Call): Term | null {
  if (call.args.length < 2 || call.type.kind !== "string" || !call.args.every(({ type }) => type.kind === "string")) return null;
  const terms = emitter.emitArgs(call.args);
  const isNull = emitter.anyNull(terms);
  if (terms.some((term) => term.rep === "bytes" && term.literal === undefined)) return joinedBytes(emitter, call, terms, isNull);
  const parts = terms.map((term) => emitter.boxedValue(term));
  if (isNull === null) return { type: call.type, rep: "text", code: emitter.writer.constant(parts.join(" + "), "t"), isNull };
  return emitter.guarded(call.type, "text", isNull, false, (result) => emitter.writer.line(`${result} = ${parts.join(" + ")};`));
}

/** One behind the other, in the slab. */
function joinedBytes(emitter: Emitter, call: Call, terms: readonly Term[], isNull: string | null): Term {
  const { writer } = emitter;
  const parts = terms.map((term) => emitter.bytes(term));
  const slab = writer.hoist("R.slab", "slab");
  const [start, end] = [writer.name("s"), writer.name("e")];
  writer.line(`let ${start} = 0, ${end} = 0;`);
  const join = (): void => {
    const lengths = parts.map((part) => `${part.end} - ${part.start}`);
    writer.line(`${start} = ${end} = ${slab}.reserve(${lengths.join(" + ")});`);
    for (const part of parts) writer.line(`${end} = R.copied(${part.code}, ${part.start}, ${part.end}, ${slab}.bytes, ${end});`);
    writer.line(`${slab}.close(${end});`);
  };
  if (isNull === null) join();
  else writer.nest(`if (!${atom(isNull)})`, join);
  return { type: call.type, rep: "bytes", code: writer.constant(`${slab}.bytes`, "u"), start, end, isNull };
}

/** LIKE with a constant pattern, as searches for the literal parts between its wildcards. */
export function emitLike(emitter: Emitter, call: Call): Term | null {
  const [text, pattern, escape] = call.args;
  if (!areStrings([text!]) || pattern?.kind !== "literal" || typeof pattern.value !== "string") return null;
  const given = escape === undefined ? (call.options?.["escape"] ?? "\\") : escape.kind === "literal" ? escape.value : null;
  if (typeof given !== "string") return null;
  const parts = likeParts(pattern.value, given);
  if (parts === null) return null;
  const { writer } = emitter;
  const term = emitter.emit(text!);
  const { code, start, end } = emitter.bytes(term);
  const search = columnSearch(emitter, term, parts);
  if (search !== null) return { type: BOOLEAN, rep: "bool", code: search, isNull: term.isNull };
  const matcher = writer.bind(likeMatcher(parts.map(bytesOf)), "like");
  const value = writer.constant(`${matcher}(${code}, ${start}, ${end})`, "like");
  return { type: BOOLEAN, rep: "bool", code: value, isNull: term.isNull };
}

/** Whether the text in which parts are searched for has them, known for many rows at once; null where that does not pay, or cannot be. */
function columnSearch(emitter: Emitter, { column, entry, rep }: Term, parts: readonly string[]): string | null {
  const searched = parts.slice(1, -1).some((part) => part.length > 0);
  if (!searched || emitter.everyRow === null || column?.source !== 0 || entry !== undefined || rep !== "bytes") return null;
  const { writer } = emitter;
  const search = writer.bind(new ColumnSearch(parts.map(bytesOf)), "search");
  const { vector, from, row } = emitter.everyRow(column.index);
  const found = writer.hoist(`${search}.rows(${vector}, ${from}, to)`, "found");
  return writer.constant(`${found}[${row} - ${from}] === 1`, "like");
}

/** The literal parts between %s; null where the pattern has a _, or is not well formed. */
function likeParts(pattern: string, escape: string): string[] | null {
  const parts = [""];
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern[i]!;
    if (unit === escape) {
      const next = pattern[++i];
      if (next !== "%" && next !== "_" && next !== escape) return null;
      parts[parts.length - 1] += next;
    } else if (unit === "%") parts.push("");
    else if (unit === "_") return null;
    else parts[parts.length - 1] += unit;
  }
  return parts;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf8"));
}
