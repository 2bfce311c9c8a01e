/** hash and xxhash64 of numbers, dates, strings and binaries, without a value being boxed. Nulls leave the hash as it is. */
import type { Call } from "../../expressions/expression";
import { atom } from "../code";
import { loadedPair } from "../columns";
import type { Emitter } from "../emitter";
import { rangeOf, type Term } from "../term";
import { isIntLike, isLongLike, isTwoWords } from "../../types/families";

/** Code that takes a value of a kind into a hash. */
interface Steps {
  readonly int: (code: string) => string;
  readonly long: (code: string) => string;
  readonly pair: (high: string, low: string) => string;
  readonly double: (code: string) => string;
  readonly bytes: (bytes: string, start: string, end: string) => string;
}

const murmur3 = (hash: string): Steps => ({
  int: (code) => `R.hash32Int(${code}, ${hash})`,
  long: (code) => `R.hash32Long(${code}, ${hash})`,
  pair: (high, low) => `R.hash32Pair(${high}, ${low}, ${hash})`,
  double: (code) => `R.hash32Double(${code}, ${hash})`,
  bytes: (bytes, start, end) => `R.hash32Bytes(${bytes}, ${start}, ${end}, ${hash})`,
});

const xxh64 = (hash: string): Steps => ({
  int: (code) => `${hash}.int(${code})`,
  long: (code) => `${hash}.whole(${code})`,
  pair: (high, low) => `R.hash64Pair(${high}, ${low}, ${hash})`,
  double: (code) => `${hash}.double(${code})`,
  bytes: (bytes, start, end) => `${hash}.bytes(${bytes}, ${start}, ${end})`,
});

/** A call that takes the value of a term into a hash; null for types and forms that only the evaluator knows. */
function taken(emitter: Emitter, term: Term, steps: Steps): string | null {
  const { type, code } = term;
  if (type.kind === "boolean") return steps.int(`${atom(code)} ? 1 : 0`);
  if (isIntLike(type)) return steps.int(code);
  if (type.kind === "double") return steps.double(code);
  if (type.kind === "string" || type.kind === "binary") {
    const bytes = emitter.bytes(term);
    return steps.bytes(bytes.code, bytes.start, bytes.end);
  }
  if (!isLongLike(type) || isTwoWords(type)) return null;
  if (term.rep === "safe") return steps.long(code);
  // Of 64 bits nothing is beyond pairs, but for what an evaluator gave.
  return term.pair?.beyond === "null" ? steps.pair(term.pair.high, term.pair.low) : null;
}

/** Strings count with their bytes, but for a setting that makes them count as their collation has them. */
function isPlain(emitter: Emitter, call: Call): boolean {
  if (emitter.settings.conf["spark.sql.legacy.collationAwareHashFunctions"] !== "true") return true;
  return call.args.every(({ type }) => type.kind !== "string" || type.collation === undefined);
}

/** What takes each argument in; null where one cannot be. */
function codes(
  emitter: Emitter,
  call: Call,
  steps: Steps,
): readonly { readonly isNull: string | null; readonly code: string }[] | null {
  if (!isPlain(emitter, call)) return null;
  const terms = call.args.map((arg) => emitter.emit(arg));
  const all = terms.flatMap((term) => {
    if (term.isNull === "true") return [{ isNull: "true", code: "" }];
    const code = taken(emitter, term, steps);
    return code === null ? [] : [{ isNull: term.isNull, code }];
  });
  return all.length === terms.length ? all.filter(({ isNull }) => isNull !== "true") : null;
}

export function emitHash(emitter: Emitter, call: Call): Term | null {
  const { writer } = emitter;
  const hash = writer.name("hash");
  const all = codes(emitter, call, murmur3(hash));
  if (all === null) return null;
  writer.line(`let ${hash} = 42;`);
  for (const { isNull, code } of all) writer.line(`${isNull === null ? "" : `if (!${atom(isNull)}) `}${hash} = ${code};`);
  return { type: call.type, rep: "int", code: hash, isNull: null, range: rangeOf(call.type) };
}

export function emitXxhash64(emitter: Emitter, call: Call): Term | null {
  const { writer } = emitter;
  const hash = writer.hoist("R.xxHash64()", "hash");
  const all = codes(emitter, call, xxh64(hash));
  if (all === null) return null;
  writer.line(`${hash}.seed(42);`);
  for (const { isNull, code } of all) writer.line(`${isNull === null ? "" : `if (!${atom(isNull)}) `}${code};`);
  return { isNull: null, ...loadedPair(writer, `R.loadLong(${hash}.words, 0)`, null, call.type) };
}
