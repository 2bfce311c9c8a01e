import { TopicPass } from "../../../src/mllib/kernels/topic-kernels";

test.each([1, 2, 3, 4, 5, 8, 20, 21])(
  "a pass over documents of %d topics is what plain code computes, documents short and long",
  (k) => {
    let state = 7;
    const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32 + 0.01;
    const table = Float64Array.from({ length: 1000 * k }, random);
    const terms = Int32Array.from({ length: 1000 }, (_, i) => (i * 7) % 1000);
    const counts = Float64Array.from({ length: 1000 }, random);
    const pass = new TopicPass(k);
    for (const [from, to] of [
      [3, 10],
      [0, 700],
      [5, 6],
    ] as const) {
      pass.take(terms, counts, from, to, table);
      for (let round = 0; round < 2; round++) {
        pass.weights.forEach((_, t) => (pass.weights[t] = random()));
        pass.run();
        const row = (i: number): Float64Array => table.subarray(terms[i]! * k, (terms[i]! + 1) * k);
        const sums = new Float64Array(k);
        for (let i = from; i < to; i++) {
          const ratio = counts[i]! / row(i).reduce((sum, value, t) => sum + value * pass.weights[t]!, 1e-100);
          expect(pass.ratios[i - from]! / ratio).toBeCloseTo(1, 12);
          row(i).forEach((value, t) => (sums[t]! += value * ratio));
        }
        sums.forEach((sum, t) => expect(pass.sums[t]! / sum).toBeCloseTo(1, 12));
      }
    }
  },
);
