/** The hash codes that Java gives the values of SQL types: they decide the order of Spark's hash tables, and so some results. */
import type { Boxed, DataType } from "../../../columnar/types";
import { SEED, hashBytes } from "../../../columnar/keys/murmur3";

export type HashCode = (value: Boxed) => number;

const scratch = new DataView(new ArrayBuffer(8));

export function hashCodeOf(type: DataType): HashCode {
  switch (type.kind) {
    case "boolean":
      return (value) => (value === true ? 1231 : 1237);
    case "byte":
    case "short":
    case "int":
    case "date":
    case "yearMonthInterval":
      return (value) => value as number;
    case "float":
      return (value) => {
        scratch.setFloat32(0, value as number);
        return scratch.getInt32(0);
      };
    case "double":
      return (value) => {
        scratch.setFloat64(0, value as number);
        return scratch.getInt32(0) ^ scratch.getInt32(4);
      };
    case "string":
      return (value) => {
        const bytes = Buffer.from(value as string, "utf8");
        return hashBytes(bytes, 0, bytes.length, SEED);
      };
    case "binary":
      return (value) => {
        let hash = 1;
        for (const byte of value as Uint8Array) hash = (Math.imul(hash, 31) + ((byte << 24) >> 24)) | 0;
        return hash;
      };
    case "decimal":
      return decimalHash(type.scale);
    case "array": {
      const element = hashCodeOf(type.element);
      return (value) => combine(value as readonly Boxed[], () => element);
    }
    case "struct": {
      const fields = type.fields.map((field) => hashCodeOf(field.type));
      return (value) => combine(value as readonly Boxed[], (i) => fields[i] as HashCode);
    }
    case "map":
    case "null":
    case "calendarInterval":
    case "variant":
    case "udt":
      return () => 0;
    default:
      return (value) => longHash(value as number | bigint);
  }
}

function combine(items: readonly Boxed[], at: (i: number) => HashCode): number {
  let hash = 37;
  items.forEach((item, i) => {
    hash = (Math.imul(hash, 37) + (item === null ? 0 : at(i)(item))) | 0;
  });
  return hash;
}

function longHash(value: number | bigint): number {
  scratch.setBigInt64(0, BigInt(value));
  return scratch.getInt32(0) ^ scratch.getInt32(4);
}

/** Scala hashes a number by its value: whole ones as integers, others as doubles. */
function decimalHash(scale: number): HashCode {
  const divisor = 10n ** BigInt(scale);
  return (value) => {
    const unscaled = BigInt(value as number | bigint);
    if (unscaled % divisor === 0n) {
      const whole = unscaled / divisor;
      if (whole >= -2147483648n && whole <= 2147483647n) return Number(whole);
      return longHash(BigInt.asIntN(64, whole));
    }
    scratch.setFloat64(0, Number(unscaled) / Number(divisor));
    return scratch.getInt32(0) ^ scratch.getInt32(4);
  };
}
