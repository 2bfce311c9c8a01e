/** Code that hashes values as tables in memory do: equal values have equal hashes, however they are held. */
import { unreachable } from "../../common/errors";
import type { DataType } from "../../columnar/types";
import { atom } from "./code";
import type { Emitter } from "./emitter";
import type { DictionaryEntry, Term } from "./term";
import { isBinaryString, isIntLike, isLongLike } from "../types/families";

export type KeyKind = "bool" | "int" | "f64" | "long" | "bytes" | "other";

export function keyKind(type: DataType): KeyKind {
  if (type.kind === "boolean") return "bool";
  if (isIntLike(type)) return "int";
  if (isLongLike(type)) return "long";
  if (type.kind === "float" || type.kind === "double") return "f64";
  return isBinaryString(type) ? "bytes" : "other";
}

/** The hash of a value that is not null. */
export function hashCode(emitter: Emitter, term: Term): string {
  const kind = keyKind(term.type);
  switch (kind) {
    case "bool":
      return `(${atom(term.code)} ? 0x3c6ef372 : 0x78dde6e4)`;
    case "int":
      return mixed(emitter, `Math.imul(${term.code}, 0x9e3779b1)`);
    case "f64":
      return `R.hashDouble(${term.code})`;
    case "long":
      if (term.pair !== undefined) {
        const { high, low, beyond } = term.pair;
        if (beyond === "null")
          return `(${term.code} === ${term.code} ? R.hashInteger(${term.code}) : R.hashPair(${high}, ${low}))`;
        const pair = `${term.code} !== ${term.code} && ${high} === ${high}`;
        return `(${pair} ? R.hashPair(${high}, ${low}) : R.hashInteger(${emitter.boxedValue(term)}))`;
      }
      if (term.rep === "any") return `R.hashInteger(${emitter.boxedValue(term)})`;
      return mixed(emitter, `Math.imul((${term.code} | 0) ^ Math.imul((${term.code} / 4294967296) | 0, 0x85ebca6b), 0x9e3779b1)`);
    case "bytes": {
      const { code, start, end } = emitter.bytes(term);
      const computed = `R.hashBytes(${code}, ${start}, ${end})`;
      return term.entry === undefined ? computed : entryHash(emitter, term.entry, computed);
    }
    case "other":
      return `R.hashText(${contentCode(emitter, term)})`;
    default:
      return unreachable(kind);
  }
}

/** Once for each entry of a dictionary. A hash of zero is computed again. */
function entryHash({ writer }: Emitter, { dictionary, code }: DictionaryEntry, computed: string): string {
  const known = writer.hoist(`R.entryHashes(${dictionary})`, "known");
  const hash = writer.name("h");
  writer.line(`let ${hash} = ${known}[${code}];`);
  writer.line(`if (${hash} === 0) ${hash} = ${known}[${code}] = ${computed};`);
  return hash;
}

/** The text that equal values of types without a form of their own have in common. */
export function contentCode(emitter: Emitter, term: Term): string {
  const { writer } = emitter;
  return writer.constant(`R.contentKey(${emitter.boxed(term)}, ${writer.bind(term.type, "type")})`, "content");
}

function mixed(emitter: Emitter, code: string): string {
  const { writer } = emitter;
  const hash = writer.name("h");
  writer.line(`let ${hash} = ${code};`);
  writer.line(`${hash} ^= ${hash} >>> 15;`);
  return hash;
}

/** One hash of several. */
export function combinedHash(emitter: Emitter, hashes: readonly string[]): string {
  const { writer } = emitter;
  const hash = writer.name("h");
  writer.line(`let ${hash} = ${hashes[0]!};`);
  for (const other of hashes.slice(1)) writer.line(`${hash} = Math.imul(${hash} ^ ${other}, 0x85ebca6b);`);
  if (hashes.length > 1) writer.line(`${hash} ^= ${hash} >>> 15;`);
  return hash;
}
