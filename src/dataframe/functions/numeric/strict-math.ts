/** Functions of doubles where JavaScript's differ in the last digit from those of fdlibm, which Java's StrictMath and Spark have. */
import { valueMemory } from "../kernels/host";

/** V8 gives the nearest double to e for 1. */
export function exp(x: number): number {
  return x === 1 ? 2.7182818284590455 : Math.exp(x);
}

export function cosh(x: number): number {
  return x === 1 || x === -1 ? 1.543080634815244 : Math.cosh(x);
}

const highWord = new Float64Array(1);
const words = new Uint32Array(highWord.buffer);

/** The upper 32 bits of a double as a double. */
function high(x: number): number {
  highWord[0] = x;
  words[0] = 0;
  return highWord[0];
}

/** The root of the sum of two squares: their sum is built from halves of the operands, so that its error stays below one place. */
export function hypot(x: number, y: number): number {
  let a = Math.max(Math.abs(x), Math.abs(y));
  let b = Math.min(Math.abs(x), Math.abs(y));
  if (Math.abs(x) === Infinity || Math.abs(y) === Infinity) return Infinity;
  if (Number.isNaN(a) || b === 0 || a / b > 2 ** 60) return a + b;
  let scale = 1;
  if (a > 2 ** 500) scale = 2 ** 600;
  else if (b < 2 ** -500) scale = 2 ** -600;
  a /= scale;
  b /= scale;
  const difference = a - b;
  if (difference > b) {
    const top = high(a);
    return Math.sqrt(top * top - (b * -b - (a - top) * (a + top))) * scale;
  }
  const twice = a + a;
  const small = high(b);
  const top = high(twice);
  return Math.sqrt(top * small - (difference * -difference - (top * (b - small) + (twice - top) * b))) * scale;
}

/** x to the power of y: by a kernel, but for what needs no digits and is left to JavaScript. */
export function pow(x: number, y: number): number {
  const special = !Number.isFinite(x) || !Number.isFinite(y) || x === 0 || y === 0 || x === 1 || x === -1;
  if (special || Math.abs(y) > 2 ** 31 || (x < 0 && !Number.isInteger(y))) return Math.pow(x, y);
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  if (y === 0.5) return Math.sqrt(x);
  const magnitude = valueMemory().kernels.power(Math.abs(x), y);
  return x < 0 && y % 2 !== 0 ? -magnitude : magnitude;
}
