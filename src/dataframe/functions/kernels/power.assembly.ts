// x to the power of y digit for digit as fdlibm (e_pow.c, Sun Microsystems 1993) has it: log2 of x times y in two doubles, then 2 to that.

/** The upper 32 bits of a double as a double. */
// @ts-ignore: decorator
@inline
function high(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xffffffff00000000);
}

// @ts-ignore: decorator
@inline
function fromHighBits(bits: i32): f64 {
  return reinterpret<f64>((bits as u32 as u64) << 32);
}

/** Polynomials: of the logarithm around 1 and 1.5, highest power last. */
const L1: f64 = 5.99999999999994648725e-1;
const L2: f64 = 4.28571428578550184252e-1;
const L3: f64 = 3.33333329818377432918e-1;
const L4: f64 = 2.72728123808534006489e-1;
const L5: f64 = 2.30660745775561754067e-1;
const L6: f64 = 2.06975017800338417784e-1;
/** Of 2^z, highest power last. */
const P1: f64 = 1.66666666666666019037e-1;
const P2: f64 = -2.7777777777015593384e-3;
const P3: f64 = 6.61375632143793436117e-5;
const P4: f64 = -1.6533902205465251539e-6;
const P5: f64 = 4.13813679705723846039e-8;
/** log2 of 1.5, in two parts. */
const CENTER_HIGH: f64 = 5.84962487220764160156e-1;
const CENTER_LOW: f64 = 1.35003920212974897128e-8;
/** 2 / (3 ln 2) and ln 2, in two parts. */
const CP: f64 = 9.61796693925975554329e-1;
const CP_HIGH: f64 = 9.61796700954437255859e-1;
const CP_LOW: f64 = -7.02846165095275826516e-9;
const LN2: f64 = 6.93147180559945286227e-1;
const LN2_HIGH: f64 = 6.93147182464599609375e-1;
const LN2_LOW: f64 = -1.90465429995776804525e-9;

/** Of a positive finite number, by a finite one of at most 2^31. */
export function power(x: f64, y: f64): f64 {
  let exponent: i32 = 0;
  let mantissa = x;
  if (mantissa < 2.2250738585072014e-308) {
    mantissa *= 9007199254740992;
    exponent -= 53;
  }
  const words = reinterpret<u64>(mantissa);
  const bits = (words >> 32) as i32;
  exponent += (bits >> 20) - 1023;
  const fraction = bits & 0xfffff;
  const nearOneAndHalf = fraction > 0x3988e && fraction < 0xbb67a;
  let topBits = fraction | 0x3ff00000;
  if (fraction >= 0xbb67a) {
    exponent++;
    topBits -= 0x100000;
  }
  const a = reinterpret<f64>((words & 0xffffffff) | ((topBits as u64) << 32));
  const center: f64 = nearOneAndHalf ? 1.5 : 1;
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
  const base: f64 = nearOneAndHalf ? CENTER_HIGH : 0;
  const logHigh = high(zHigh + zLow + base + (exponent as f64));
  const logLow = zLow - (logHigh - (exponent as f64) - base - zHigh);
  const yHigh = high(y);
  return exp2(yHigh * logHigh, (y - yHigh) * logHigh + y * logLow);
}

/** Of a whole number from -1022 to 1023. */
// @ts-ignore: decorator
@inline
function powerOfTwo(exponent: i32): f64 {
  return fromHighBits((exponent + 1023) << 20);
}

/** 2 to the power of a sum of two doubles. */
// @ts-ignore: decorator
@inline
function exp2(top: f64, low: f64): f64 {
  const z = low + top;
  if (z >= 1025) return Infinity;
  if (z <= -1076) return 0;
  const whole: f64 = Math.abs(z) > 0.5 ? trunc(z + (z < 0 ? -0.5 : 0.5)) : 0;
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
  const steps = whole as i32;
  if (steps > -1022 && steps < 1024) return result * powerOfTwo(steps);
  // In two steps: the power alone is beyond the range.
  const half = steps / 2;
  return result * powerOfTwo(half) * powerOfTwo(steps - half);
}
