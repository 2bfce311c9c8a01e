/** Functions of bytes that give their digits, and the other way round. */
import type { Call } from "../../expressions/expression";
import { atom } from "../code";
import type { KernelDigest } from "../digests";
import type { Emitter } from "../emitter";
import type { Term } from "../term";

/** The term of `R.name` over bytes, which writes into the slab. */
function written(emitter: Emitter, call: Call, name: string, more = ""): Term {
  const { code, start, end, isNull } = emitter.bytes(emitter.emit(call.args[0]!));
  return { type: call.type, ...emitter.slabbed(() => `R.${name}(${code}, ${start}, ${end}${more})`), isNull };
}

/** md5 and sha1. */
export function emitDigest(emitter: Emitter, call: Call): Term {
  const algorithm: KernelDigest = call.fn === "md5" ? "md5" : "sha1";
  const { code, start, end, isNull } = emitter.bytes(emitter.emit(call.args[0]!));
  const digest = emitter.writer.hoist(`R.digester(${JSON.stringify(algorithm)})`, "digest");
  return { type: call.type, ...emitter.slabbed(() => `${digest}(${code}, ${start}, ${end})`), isNull };
}

/** The digits of a digest. The cast of a string to its bytes is left out. */
function digested(emitter: Emitter, call: Call, algorithm: string): Term {
  const value = call.args[0]!;
  const name = JSON.stringify(algorithm);
  const source = value.kind === "cast" && value.child.type.kind === "string" ? value.child : value;
  const term = emitter.emit(source);
  const write = (): string => {
    if (term.rep === "text") return `R.digestOfText(${name}, ${term.code})`;
    const { code, start, end } = emitter.bytes(term);
    return `R.digestOfBytes(${name}, ${code}, ${start}, ${end})`;
  };
  return emitter.guarded(call.type, "text", term.isNull, false, (result) => emitter.writer.line(`${result} = ${write()};`));
}

const SHA2: Readonly<Partial<Record<number, string>>> = {
  0: "sha256",
  224: "sha224",
  256: "sha256",
  384: "sha384",
  512: "sha512",
};

/** With a constant number of bits. */
export function emitSha2(emitter: Emitter, call: Call): Term | null {
  const bits = call.args[1];
  const algorithm = bits?.kind === "literal" && typeof bits.value === "number" ? SHA2[bits.value] : undefined;
  return algorithm === undefined ? null : digested(emitter, call, algorithm);
}

/** Of strings and binaries. */
export function emitHex(emitter: Emitter, call: Call): Term | null {
  const { kind } = call.args[0]!.type;
  return kind === "string" || kind === "binary" ? written(emitter, call, "hexDigits") : null;
}

export function emitBase64(emitter: Emitter, call: Call): Term | null {
  const lines = emitter.settings.conf["spark.sql.chunkBase64String.enabled"] === "true";
  return written(emitter, call, "base64", `, ${lines}`);
}

/** Null where the text has other characters than hexadecimal digits. */
export function emitUnhex(emitter: Emitter, call: Call): Term | null {
  if (call.args[0]!.type.kind !== "string") return null;
  const { writer } = emitter;
  const { code, start, end, isNull } = emitter.bytes(emitter.emit(call.args[0]!));
  const bytes = emitter.slabbed(() => `R.unhexed(${code}, ${start}, ${end})`);
  const none = writer.constant(isNull === null ? `${bytes.start} < 0` : `${atom(isNull)} || ${bytes.start} < 0`, "n");
  return { type: call.type, ...bytes, start: writer.constant(`Math.max(${bytes.start}, 0)`, "s"), isNull: none };
}

/** What is no plain text of the format goes to the evaluator, which knows what may be passed over. */
export function emitUnbase64(emitter: Emitter, call: Call): Term | null {
  if (call.args[0]!.type.kind !== "string") return null;
  const { writer } = emitter;
  const term = emitter.bytes(emitter.emit(call.args[0]!));
  const slab = writer.hoist("R.slab", "slab");
  const start = writer.name("s");
  writer.line(`let ${start} = R.unbase64(${term.code}, ${term.start}, ${term.end});`);
  writer.line(`if (${start} < 0${term.isNull === null ? "" : ` && !${atom(term.isNull)}`}) {`);
  const value = writer.name("o");
  writer.line(`const ${value} = ${emitter.evaluator(call)}(${emitter.boxedValue(term)});`);
  writer.line(`${start} = ${slab}.copy(${value}, 0, ${value}.length);`);
  writer.line("}");
  const bytes = { code: writer.constant(`${slab}.bytes`, "u"), end: writer.constant(`${slab}.end`, "e") };
  return { type: call.type, rep: "bytes", start: writer.constant(`Math.max(${start}, 0)`, "s"), ...bytes, isNull: term.isNull };
}
