/** HyperLogLog++ with the registers and the estimate that Spark has: one byte a register. */
import { LINEAR_COUNTING_LIMITS, biasTable } from "./hyper-log-log-bias";

/** How many neighbours the bias is averaged over. */
const NEIGHBOURS = 6;

export function precisionFor(relativeError: number): number {
  return Math.ceil((2 * Math.log(1.106 / relativeError)) / Math.log(2));
}

/** `low` and `high`: the words of a hash of 64 bits. */
export function addHash(registers: Uint8Array, precision: number, low: number, high: number): void {
  const index = high >>> (32 - precision);
  const rest = (high << precision) | (low >>> (32 - precision));
  const zeros = rest === 0 ? 32 + Math.clz32((low << precision) | (1 << (precision - 1))) : Math.clz32(rest);
  if (zeros + 1 > (registers[index] as number)) registers[index] = zeros + 1;
}

export function mergeRegisters(into: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < into.length; i++) if ((other[i] as number) > (into[i] as number)) into[i] = other[i] as number;
}

export function estimate(registers: Uint8Array, precision: number): number {
  const m = registers.length;
  let inverse = 0;
  let empty = 0;
  for (const register of registers) {
    inverse += 1 / 2 ** register;
    if (register === 0) empty++;
  }
  const raw = (alpha(precision, m) * m * m) / inverse;
  if (empty > 0) {
    const linear = m * Math.log(m / empty);
    const limit = precision < 19 ? (LINEAR_COUNTING_LIMITS[precision - 4] as number) : -1;
    if (linear <= limit || raw <= 2.5 * m) return Math.round(linear);
  }
  return Math.round(precision < 19 && raw < 5 * m ? raw - bias(raw, precision) : raw);
}

function alpha(precision: number, m: number): number {
  switch (precision) {
    case 4:
      return 0.673;
    case 5:
      return 0.697;
    case 6:
      return 0.709;
    default:
      return 0.7213 / (1 + 1.079 / m);
  }
}

function bias(raw: number, precision: number): number {
  const { estimates, biases } = biasTable(precision);
  const count = estimates.length;
  let nearest = 0;
  let high = count;
  while (nearest < high) {
    const middle = (nearest + high) >> 1;
    if ((estimates[middle] as number) < raw) nearest = middle + 1;
    else high = middle;
  }
  const distance = (i: number): number => (raw - (estimates[i] as number)) ** 2;
  let from = Math.max(nearest - NEIGHBOURS + 1, 0);
  let to = Math.min(from + NEIGHBOURS, count);
  while (to < count && distance(to) < distance(from)) {
    from++;
    to++;
  }
  let sum = 0;
  for (let i = from; i < to; i++) sum += biases[i] as number;
  return sum / (to - from);
}
