/** Exact decimals for programs. */
import { inspect } from "node:util";
import { DESERIALIZE, SERIALIZE } from "../../columnar/values/kinds";
import { UsageError } from "../../common/errors";
import {
  absolute,
  add,
  compare,
  decimalText,
  decimalToNumber,
  digits,
  divide,
  divideRounded,
  multiply,
  negate,
  normalize,
  parseDecimal,
  powerOfTen,
  remainder,
  rescale,
  subtract,
  type Exact,
  type Rounding,
} from "./exact";

/** What stands for a decimal: itself, or a number or text with its digits. */
export type DecimalLike = Decimal | number | bigint | string;

/**
 * A number with exact decimal digits: `unscaled` × 10^-`scale`. DECIMAL columns give and take these.
 *
 *     Decimal.of("0.1").plus("0.2").toString()   // "0.3"
 *
 * Operators compare as numbers do (`a < b`), which rounds beyond 15 digits or so: `compareTo` and `equals` are exact.
 */
export class Decimal {
  readonly #unscaled: Exact;
  readonly scale: number;

  /** Use `Decimal.of` for text and numbers. */
  constructor(unscaled: number | bigint, scale: number) {
    if (typeof unscaled === "number" && !Number.isSafeInteger(unscaled)) {
      throw new UsageError("INVALID_DECIMAL", `${String(unscaled)} is not an exact integer; pass a bigint.`);
    }
    if (!Number.isInteger(scale)) throw new UsageError("INVALID_DECIMAL", `${String(scale)} is not a count of digits.`);
    this.#unscaled = typeof unscaled === "bigint" ? normalize(unscaled) : unscaled + 0;
    this.scale = scale;
  }

  /** The decimal of text ("1.50", "2e3"), of an integer, or of the shortest digits that name a number. */
  static of(value: DecimalLike): Decimal {
    if (value instanceof Decimal) return value;
    if (typeof value === "bigint") return new Decimal(value, 0);
    const parsed = parseDecimal(String(value).trim());
    if (parsed === null) throw new UsageError("INVALID_DECIMAL", `${JSON.stringify(String(value))} is not a decimal number.`);
    return parsed.scale < 0
      ? new Decimal(multiply(parsed.unscaled, powerOfTen(-parsed.scale)), 0)
      : new Decimal(parsed.unscaled, parsed.scale);
  }

  static [SERIALIZE](value: unknown): unknown {
    const decimal = value as Decimal;
    return [decimal.#unscaled, decimal.scale];
  }

  static [DESERIALIZE](data: unknown): Decimal {
    const [unscaled, scale] = data as [Exact, number];
    return new Decimal(unscaled, scale);
  }

  /** All digits without the point: 150n for 1.50. */
  get unscaled(): bigint {
    return BigInt(this.#unscaled);
  }

  /** Digits in all. */
  get precision(): number {
    return Math.max(digits(this.#unscaled), this.scale);
  }

  plus(other: DecimalLike): Decimal {
    return this.#aligned(other, add);
  }

  minus(other: DecimalLike): Decimal {
    return this.#aligned(other, subtract);
  }

  times(other: DecimalLike): Decimal {
    const right = Decimal.of(other);
    return new Decimal(multiply(this.#unscaled, right.#unscaled), this.scale + right.scale);
  }

  /** The quotient, rounded half up at `scale` digits after the point: by default six more than the operands have. */
  dividedBy(other: DecimalLike, scale?: number): Decimal {
    const right = Decimal.of(other);
    if (right.#unscaled === 0) throw new UsageError("DIVIDE_BY_ZERO", `${this.toString()} was divided by zero.`);
    const to = scale ?? Math.max(this.scale, right.scale) + 6;
    const shift = to - this.scale + right.scale;
    const numerator = shift >= 0 ? multiply(this.#unscaled, powerOfTen(shift)) : this.#unscaled;
    const denominator = shift >= 0 ? right.#unscaled : multiply(right.#unscaled, powerOfTen(-shift));
    return new Decimal(divideRounded(numerator, denominator, "halfUp"), to);
  }

  /** What is left of a division, with the sign of this number. */
  modulo(other: DecimalLike): Decimal {
    const right = Decimal.of(other);
    if (right.#unscaled === 0) throw new UsageError("REMAINDER_BY_ZERO", `${this.toString()} was divided by zero.`);
    return this.#aligned(right, remainder);
  }

  #aligned(other: DecimalLike, op: (a: Exact, b: Exact) => Exact): Decimal {
    const right = Decimal.of(other);
    const scale = Math.max(this.scale, right.scale);
    return new Decimal(op(rescale(this.#unscaled, this.scale, scale), rescale(right.#unscaled, right.scale, scale)), scale);
  }

  negated(): Decimal {
    return new Decimal(negate(this.#unscaled), this.scale);
  }

  abs(): Decimal {
    return new Decimal(absolute(this.#unscaled), this.scale);
  }

  /** The same number with so many digits after the point. */
  round(scale = 0, rounding: Rounding = "halfUp"): Decimal {
    return new Decimal(rescale(this.#unscaled, this.scale, scale, rounding), scale);
  }

  /** Without zeros at the end of the fraction. */
  normalized(): Decimal {
    let unscaled = this.#unscaled;
    let { scale } = this;
    while (scale > 0 && remainder(unscaled, 10) === 0) {
      unscaled = divide(unscaled, 10);
      scale--;
    }
    return new Decimal(unscaled, scale);
  }

  /** Negative, zero or positive. */
  compareTo(other: DecimalLike): number {
    const right = Decimal.of(other);
    const scale = Math.max(this.scale, right.scale);
    return compare(rescale(this.#unscaled, this.scale, scale), rescale(right.#unscaled, right.scale, scale));
  }

  /** Equal as numbers: 1.5 and 1.50 are. */
  equals(other: DecimalLike): boolean {
    return this.compareTo(other) === 0;
  }

  isZero(): boolean {
    return this.#unscaled === 0;
  }

  /** -1, 0 or 1. */
  sign(): number {
    return compare(this.#unscaled, 0);
  }

  /** The nearest double. */
  toNumber(): number {
    return decimalToNumber(this.#unscaled, this.scale);
  }

  /** The whole part. */
  toBigInt(): bigint {
    return BigInt(divide(this.#unscaled, powerOfTen(this.scale)));
  }

  /** All digits, without an exponent: "1.50". */
  toString(): string {
    return decimalText(this.#unscaled, this.scale);
  }

  toJSON(): string {
    return this.toString();
  }

  /** For <, > and arithmetic by operators, which give plain numbers. */
  valueOf(): number {
    return this.toNumber();
  }

  [Symbol.toPrimitive](hint: string): string | number {
    return hint === "number" ? this.toNumber() : this.toString();
  }

  [inspect.custom](): string {
    return `Decimal(${this.toString()})`;
  }
}
