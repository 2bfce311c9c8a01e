/** Functions of doubles where JavaScript's differ in the last digit from those of fdlibm, which Java's StrictMath and Spark have. */

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

const asDouble = new Float64Array(1);
const asWords = new Int32Array(asDouble.buffer);

function fromHighBits(bits: number): number {
  asWords[0] = 0;
  asWords[1] = bits;
  return asDouble[0] as number;
}

/** Polynomials of fdlibm: of the logarithm around 1 and 1.5, highest power last. */
const L1 = 5.99999999999994648725e-1;
const L2 = 4.28571428578550184252e-1;
const L3 = 3.33333329818377432918e-1;
const L4 = 2.72728123808534006489e-1;
const L5 = 2.30660745775561754067e-1;
const L6 = 2.06975017800338417784e-1;
/** Of 2^z, highest power last. */
const P1 = 1.66666666666666019037e-1;
const P2 = -2.7777777777015593384e-3;
const P3 = 6.61375632143793436117e-5;
const P4 = -1.6533902205465251539e-6;
const P5 = 4.13813679705723846039e-8;
/** log2 of 1.5, in two parts. */
const CENTER_HIGH = 5.84962487220764160156e-1;
const CENTER_LOW = 1.35003920212974897128e-8;
/** 2 / (3 ln 2) and ln 2, in two parts. */
const CP = 9.61796693925975554329e-1;
const CP_HIGH = 9.61796700954437255859e-1;
const CP_LOW = -7.02846165095275826516e-9;
const LN2 = 6.93147180559945286227e-1;
const LN2_HIGH = 6.93147182464599609375e-1;
const LN2_LOW = -1.90465429995776804525e-9;

/** x to the power of y: log2 of x times y in two doubles, then 2 to that. What needs no digits is left to JavaScript. */
export function pow(x: number, y: number): number {
  const special = !Number.isFinite(x) || !Number.isFinite(y) || x === 0 || y === 0 || x === 1 || x === -1;
  if (special || Math.abs(y) > 2 ** 31 || (x < 0 && !Number.isInteger(y))) return Math.pow(x, y);
  if (y === 1) return x;
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  if (y === 0.5) return Math.sqrt(x);
  log2(Math.abs(x));
  const logHigh = logarithm[0] as number;
  const logLow = logarithm[1] as number;
  const yHigh = high(y);
  const low = (y - yHigh) * logHigh + y * logLow;
  const top = yHigh * logHigh;
  const negative = x < 0 && y % 2 !== 0;
  const magnitude = exp2(top, low);
  return negative ? -magnitude : magnitude;
}

/** What `log2` found, in two parts. */
const logarithm = new Float64Array(2);

/** log2 of a positive number. */
function log2(x: number): void {
  let exponent = 0;
  let mantissa = x;
  if (mantissa < 2 ** -1022) {
    mantissa *= 2 ** 53;
    exponent -= 53;
  }
  asDouble[0] = mantissa;
  const bits = asWords[1] as number;
  exponent += (bits >> 20) - 1023;
  const fraction = bits & 0xfffff;
  const nearOneAndHalf = fraction > 0x3988e && fraction < 0xbb67a;
  let topBits = fraction | 0x3ff00000;
  if (fraction >= 0xbb67a) {
    exponent++;
    topBits -= 0x100000;
  }
  asWords[1] = topBits;
  const a = asDouble[0];
  const center = nearOneAndHalf ? 1.5 : 1;
  const u = a - center;
  const v = 1 / (a + center);
  const s = u * v;
  const sHigh = high(s);
  const sumHigh = fromHighBits(((topBits >> 1) | 0x20000000) + 0x80000 + (nearOneAndHalf ? 0x40000 : 0));
  const sumLow = a - (sumHigh - center);
  const sLow = v * (u - sHigh * sumHigh - sHigh * sumLow);
  const square = s * s;
  const rest =
    square * square * (L1 + square * (L2 + square * (L3 + square * (L4 + square * (L5 + square * L6))))) + sLow * (sHigh + s);
  const squareHigh = sHigh * sHigh;
  const threeHigh = high(3 + squareHigh + rest);
  const threeLow = rest - (threeHigh - 3 - squareHigh);
  const p = sHigh * threeHigh;
  const q = sLow * threeHigh + threeLow * s;
  const pHigh = high(p + q);
  const pLow = q - (pHigh - p);
  const zHigh = CP_HIGH * pHigh;
  const zLow = CP_LOW * pHigh + pLow * CP + (nearOneAndHalf ? CENTER_LOW : 0);
  const base = nearOneAndHalf ? CENTER_HIGH : 0;
  const resultHigh = high(zHigh + zLow + base + exponent);
  logarithm[0] = resultHigh;
  logarithm[1] = zLow - (resultHigh - exponent - base - zHigh);
}

/** Of a whole number from -1022 to 1023. */
function powerOfTwo(exponent: number): number {
  return fromHighBits((exponent + 1023) << 20);
}

/** 2 to the power of a sum of two doubles. */
function exp2(top: number, low: number): number {
  const z = low + top;
  if (z >= 1025) return Infinity;
  if (z <= -1076) return 0;
  const whole = Math.abs(z) > 0.5 ? Math.trunc(z + (z < 0 ? -0.5 : 0.5)) : 0;
  const rest = top - whole;
  const t = high(low + rest);
  const u = t * LN2_HIGH;
  const v = (low - (t - rest)) * LN2 + t * LN2_LOW;
  const sum = u + v;
  const error = v - (sum - u);
  const square = sum * sum;
  const correction = sum - square * (P1 + square * (P2 + square * (P3 + square * (P4 + square * P5))));
  const r = (sum * correction) / (correction - 2) - (error + sum * error);
  const result = 1 - (r - sum);
  if (whole > -1022 && whole < 1024) return result * powerOfTwo(whole);
  // In two steps: the power alone is beyond the range.
  const half = Math.trunc(whole / 2);
  return result * powerOfTwo(half) * powerOfTwo(whole - half);
}
