import { digamma, trigamma } from "../../../src/mllib/clustering/topics/dirichlet";
import { SkippedRandom } from "../../../src/mllib/clustering/topics/skipped-random";
import { JavaRandom } from "../../../src/rdd/random/java-random";

test("digamma and trigamma", () => {
  // SciPy's psi and polygamma.
  for (const [x, first, second] of [
    [1e-3, -1000.5755719318103, 1000001.6425331959],
    [0.1, -10.423754940411076, 101.43329915079275],
    [1, -0.5772156649015329, 1.6449340668482264],
    [2.5, 0.7031566406452432, 0.4903577561002349],
    [8.5, 2.08009081757942, 0.12483811891892604],
    [1e4, 9.210290371142848, 0.00010000500016666666],
  ] as const) {
    expect(digamma(x) / first).toBeCloseTo(1, 12);
    expect(trigamma(x) / second).toBeCloseTo(1, 12);
  }
});

test("java.util.Random from any place", () => {
  for (const seed of [0n, 42n, -1234567890123n])
    for (const skipped of [0, 1, 1000]) {
      const known = new JavaRandom(seed);
      for (let i = 0; i < skipped; i++) known.nextDouble();
      const random = new SkippedRandom(seed, skipped);
      for (let i = 0; i < 5; i++) expect(random.nextDouble()).toBe(known.nextDouble());
    }
});
