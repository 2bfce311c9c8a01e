/** Distribution functions of tests. W. H. Press et al., Numerical Recipes (2007), chapter 6. */
import { incompleteBeta, logGamma } from "../../common/distributions";

const EPSILON = 1e-16;

/** Regularised upper incomplete gamma function Q(a, x): by its series below a + 1, by its continued fraction above. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; Math.abs(term) > EPSILON * sum; n++) sum += term *= x / (a + n);
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const an = -n * (n - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < EPSILON) break;
  }
  return front * fraction;
}

/** P(X > x) of the chi-squared distribution. */
export function chiSquaredTail(x: number, degreesOfFreedom: number): number {
  return upperGamma(degreesOfFreedom / 2, x / 2);
}

/** P(X > x) of the F distribution. */
export function fTail(x: number, numerator: number, denominator: number): number {
  if (Number.isNaN(x)) return NaN;
  return x === Infinity ? 0 : incompleteBeta(denominator / (denominator + numerator * x), denominator / 2, numerator / 2);
}

/**
 * P(D < d) of Kolmogorov's statistic of n values: exactly up to 140 (G. Marsaglia, W. W. Tsang, J. Wang, Evaluating Kolmogorov's
 * Distribution, 2003), above by the series of W. Pelz and I. J. Good (1976).
 */
export function kolmogorovCdf(d: number, n: number): number {
  if (d <= 0.5 / n) return 0;
  if (d >= 1) return 1;
  if (d <= 1 / n) {
    let product = 1;
    for (let i = 1; i <= n; i++) product *= i * (2 * d - 1 / n);
    return product;
  }
  if (1 - 1 / n <= d) return 1 - 2 * (1 - d) ** n;
  return n <= 140 ? marsaglia(d, n) : pelzGood(d, n);
}

function marsaglia(d: number, n: number): number {
  const k = Math.ceil(n * d);
  const m = 2 * k - 1;
  const h = k - n * d;
  const matrix = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) matrix[i * m + j] = i - j + 1 < 0 ? 0 : 1;
  for (let i = 0; i < m; i++) {
    matrix[i * m]! -= h ** (i + 1);
    matrix[(m - 1) * m + i]! -= h ** (m - i);
  }
  matrix[(m - 1) * m]! += 2 * h - 1 > 0 ? (2 * h - 1) ** m : 0;
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) if (i - j + 1 > 0) for (let g = 1; g <= i - j + 1; g++) matrix[i * m + j]! /= g;
  const raised = power(matrix, m, n);
  const { values } = raised;
  let { exponent } = raised;
  let result = values[(k - 1) * m + k - 1]!;
  for (let i = 1; i <= n; i++) {
    result = (result * i) / n;
    if (result < 1e-140) {
      result *= 1e140;
      exponent -= 140;
    }
  }
  return result * 10 ** exponent;
}

/** The power of a matrix, with an exponent of ten that keeps it in range. */
function power(matrix: Float64Array, m: number, n: number): { values: Float64Array; exponent: number } {
  if (n === 1) return { values: matrix, exponent: 0 };
  const half = power(matrix, m, n >> 1);
  let values = product(half.values, half.values, m);
  let exponent = 2 * half.exponent;
  if (n % 2 === 1) values = product(matrix, values, m);
  const middle = m >> 1;
  if (values[middle * m + middle]! > 1e140) {
    values = values.map((value) => value * 1e-140);
    exponent += 140;
  }
  return { values, exponent };
}

function product(a: Float64Array, b: Float64Array, m: number): Float64Array {
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++)
    for (let k = 0; k < m; k++) {
      const factor = a[i * m + k]!;
      for (let j = 0; j < m; j++) out[i * m + j]! += factor * b[k * m + j]!;
    }
  return out;
}

const PI2 = Math.PI * Math.PI;

/** Σ term(x) · exp(-π² x² / 2z²) over x = start, start + 1, …, until terms do not count. */
function gaussianSum(start: number, z2: number, term: (x2: number) => number): number {
  let sum = 0;
  for (let x = start; x < start + 1000; x++) {
    const part = term(x * x) * Math.exp((-PI2 * x * x) / (2 * z2));
    sum += part;
    if (Math.abs(part) <= 1e-17 * Math.abs(sum) && x > start + 1) break;
  }
  return sum;
}

function pelzGood(d: number, n: number): number {
  const root = Math.sqrt(n);
  const z = d * root;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const z8 = z4 * z4;
  const z10 = z6 * z4;
  const halfPi = Math.sqrt(Math.PI / 2);
  const k0 = (Math.sqrt(2 * Math.PI) / z) * gaussianSum(0.5, z2, () => 1);
  const k1 = (halfPi / (3 * z4)) * gaussianSum(0.5, z2, (x2) => PI2 * x2 - z2);
  const k2 =
    halfPi *
    (gaussianSum(0.5, z2, (x2) => 6 * z6 + 2 * z4 + PI2 * (2 * z4 - 5 * z2) * x2 + PI2 * PI2 * (1 - 2 * z2) * x2 * x2) /
      (36 * z6 * z) -
      gaussianSum(1, z2, (x2) => PI2 * x2) / (18 * z2 * z));
  const k3 =
    halfPi *
    (gaussianSum(
      0.5,
      z2,
      (x2) =>
        PI2 ** 3 * x2 ** 3 * (5 - 30 * z2) +
        PI2 ** 2 * x2 ** 2 * (-60 * z2 + 212 * z4) +
        PI2 * x2 * (135 * z4 - 96 * z6) -
        30 * z6 -
        90 * z8,
    ) /
      (3240 * z10) +
      gaussianSum(1, z2, (x2) => -(PI2 ** 2) * x2 ** 2 + 3 * PI2 * x2 * z2) / (108 * z6));
  return k0 + k1 / root + k2 / n + k3 / (root * n);
}
