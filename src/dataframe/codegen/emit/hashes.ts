/** hash and xxhash64 of numbers, dates, strings and binaries, without a value being boxed. Nulls leave the hash as it is. */
import type { Call } from "../../expressions/expression";
import { atom } from "../code";
import { loadedPair } from "../columns";
import type { Emitter } from "../emitter";
import { rangeOf, type Term } from "../term";
import { isIntLike, isLongLike, isTwoWords } from "../../types/families";

/** The functions of the runtime that take a value of a kind into a hash. */
interface Names {
  readonly int: string;
  readonly long: string;
  readonly pair: string;
  readonly double: string;
  readonly bytes: string;
}

const MURMUR3: Names = {
  int: "hash32Int",
  long: "hash32Long",
  pair: "hash32Pair",
  double: "hash32Double",
  bytes: "hash32Bytes",
};

const XXH64: Names = {
  int: "hash64Int",
  long: "hash64Long",
  pair: "hash64Pair",
  double: "hash64Double",
  bytes: "hash64Bytes",
};

/** A call that takes the value of a term into a hash; null for types and forms that only the evaluator knows. */
function taken(emitter: Emitter, term: Term, names: Names, hash: string): string | null {
  const { type, code } = term;
  if (type.kind === "boolean") return `R.${names.int}(${atom(code)} ? 1 : 0, ${hash})`;
  if (isIntLike(type)) return `R.${names.int}(${code}, ${hash})`;
  if (type.kind === "double") return `R.${names.double}(${code}, ${hash})`;
  if (type.kind === "string" || type.kind === "binary") {
    const bytes = emitter.bytes(term);
    return `R.${names.bytes}(${bytes.code}, ${bytes.start}, ${bytes.end}, ${hash})`;
  }
  if (!isLongLike(type) || isTwoWords(type)) return null;
  if (term.rep === "safe") return `R.${names.long}(${code}, ${hash})`;
  // Of 64 bits nothing is beyond pairs, but for what an evaluator gave.
  return term.pair?.beyond === "null" ? `R.${names.pair}(${term.pair.high}, ${term.pair.low}, ${hash})` : null;
}

/** Strings count with their bytes, but for a setting that makes them count as their collation has them. */
function isPlain(emitter: Emitter, call: Call): boolean {
  if (emitter.settings.conf["spark.sql.legacy.collationAwareHashFunctions"] !== "true") return true;
  return call.args.every(({ type }) => type.kind !== "string" || type.collation === undefined);
}

/** What takes each argument in; null where one cannot be. */
function steps(
  emitter: Emitter,
  call: Call,
  names: Names,
  hash: string,
): readonly { readonly isNull: string | null; readonly code: string }[] | null {
  if (!isPlain(emitter, call)) return null;
  const terms = call.args.map((arg) => emitter.emit(arg));
  const all = terms.flatMap((term) => {
    if (term.isNull === "true") return [{ isNull: "true", code: "" }];
    const code = taken(emitter, term, names, hash);
    return code === null ? [] : [{ isNull: term.isNull, code }];
  });
  return all.length === terms.length ? all.filter(({ isNull }) => isNull !== "true") : null;
}

export function emitHash(emitter: Emitter, call: Call): Term | null {
  const { writer } = emitter;
  const hash = writer.name("hash");
  const all = steps(emitter, call, MURMUR3, hash);
  if (all === null) return null;
  writer.line(`let ${hash} = 42;`);
  for (const { isNull, code } of all) writer.line(`${isNull === null ? "" : `if (!${atom(isNull)}) `}${hash} = ${code};`);
  return { type: call.type, rep: "int", code: hash, isNull: null, range: rangeOf(call.type) };
}

export function emitXxhash64(emitter: Emitter, call: Call): Term | null {
  const { writer } = emitter;
  const hash = writer.hoist("R.hash64", "hash");
  const all = steps(emitter, call, XXH64, hash);
  if (all === null) return null;
  writer.line(`${hash}.seed(42);`);
  for (const { isNull, code } of all) writer.line(`${isNull === null ? "" : `if (!${atom(isNull)}) `}${code};`);
  return { isNull: null, ...loadedPair(writer, `R.loadLong(${hash}.words, 0)`, null, call.type) };
}
