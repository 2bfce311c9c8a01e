/** Hashes and checksums. */
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Boxed, DataType } from "../../../columnar/types";
import { hashBoxed } from "../../../columnar/batch/hash";
import { INT, LONG, STRING } from "../../expressions/build";
import type { Call, Expression } from "../../expressions/expression";
import { collationOf } from "../../expressions/collation";
import { containsType } from "../../types/contains";
import { document, plain } from "../documented";
import type { BindContext, EvaluationContext, FunctionEntry } from "../registry";
import { mismatch, scalar } from "../signature";
import { xxHash64, xxhash64 } from "../sketches/xxhash64";

const doc = document("hash");

function digest(algorithm: string): (bytes: Uint8Array) => string {
  return (bytes) => hash(algorithm, bytes);
}

const SHA2: Readonly<Record<number, (bytes: Uint8Array) => string>> = {
  0: digest("sha256"),
  224: digest("sha224"),
  256: digest("sha256"),
  384: digest("sha384"),
  512: digest("sha512"),
};

/** Maps with equal entries may be in different order: they have no hash. */
function refuseMaps(args: readonly Expression[], context: BindContext): void {
  const legacy = context.settings.conf["spark.sql.legacy.allowHashOnMapType"] === "true";
  if (legacy || !args.some((arg) => holdsMap(arg.type))) return;
  throw mismatch("HASH_MAP_TYPE", args, context, { functionName: `\`${context.name}\`` });
}

function holdsMap(type: DataType): boolean {
  return containsType(type, ({ kind }) => kind === "map");
}

/** Hashes are of the bytes of strings, or with the legacy setting of their collation's keys, so that equal ones have one. */
function keyed(call: Call, { settings }: EvaluationContext): (i: number, value: Boxed) => Boxed {
  if (settings.conf["spark.sql.legacy.collationAwareHashFunctions"] !== "true") return (_, value) => value;
  const keys = call.args.map(({ type }) =>
    type.kind === "string" && type.collation !== undefined ? collationOf(type).key : null,
  );
  return (i, value) => {
    const key = keys[i];
    return key && typeof value === "string" ? key(value) : value;
  };
}

export const hashFunctions: readonly FunctionEntry[] = [
  scalar({
    names: ["hash"],
    doc: doc("A 32-bit hash of the arguments (Murmur3).", ["hash('Spark', array(123), 2)", "-1321691492"]),
    inputs: [],
    rest: "any",
    atLeast: 1,
    check: refuseMaps,
    result: INT,
    nullable: false,
    nulls: "custom",
    evaluate: (call, context) => {
      const types = call.args.map((arg) => arg.type);
      const key = keyed(call, context);
      return (...values) => {
        let hash = 42;
        values.forEach((value, i) => (hash = hashBoxed(key(i, value), types[i] as DataType, hash)));
        return hash;
      };
    },
  }),
  scalar({
    names: ["xxhash64"],
    doc: doc("A 64-bit hash of the arguments (XXH64).", ["xxhash64('Spark', array(123), 2)", "5602566077635097486"]),
    inputs: [],
    rest: "any",
    atLeast: 1,
    check: refuseMaps,
    result: LONG,
    nullable: false,
    nulls: "custom",
    evaluate: (call, context) => {
      const hashes = call.args.map((arg) => xxhash64(arg.type));
      const key = keyed(call, context);
      const hash = xxHash64();
      return (...values) => {
        hash.seed(42);
        for (let i = 0; i < values.length; i++) hashes[i]!(key(i, values[i]!), hash);
        return hash.value();
      };
    },
  }),
  scalar({
    names: ["crc32"],
    doc: doc("The CRC-32 of bytes.", ["crc32('Spark')", "1557323817"]),
    inputs: ["binary"],
    result: LONG,
    evaluate: plain((bytes: Uint8Array) => crc32(bytes)),
  }),
  scalar({
    names: ["md5"],
    doc: doc("The MD5 of bytes in hexadecimal digits.", ["md5('Spark')", "8cde774d6f7333752ed72cacddb05126"]),
    inputs: ["binary"],
    result: STRING,
    evaluate: plain(digest("md5")),
  }),
  scalar({
    names: ["sha1", "sha"],
    doc: doc("The SHA-1 of bytes in hexadecimal digits.", ["sha1('Spark')", "85f5955f4b27a9a4c2aab6ffe5d7189fc298b92c"]),
    inputs: ["binary"],
    result: STRING,
    evaluate: plain(digest("sha1")),
  }),
  scalar({
    names: ["sha2"],
    doc: doc("A SHA-2 of bytes in hexadecimal digits: of 224, 256 (also 0), 384 or 512 bits; null for others.", [
      "sha2('Spark', 256)",
      "529bc3b07127ecb7e53a4dcf1991d9152c24537d919178022b2c42657f79a26b",
    ]),
    inputs: ["binary", "int"],
    result: STRING,
    nullable: true,
    evaluate: plain((bytes: Uint8Array, bits: number) => SHA2[bits]?.(bytes) ?? null),
  }),
];
