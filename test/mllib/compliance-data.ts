/** The rows that the compliance suite, and the run that kills executors, learn from. */
import { mllib } from "../support/built-session";

const { Vectors } = mllib;
export const FIELDS = [
  ["features", mllib.VectorUDT],
  ["counts", mllib.VectorUDT],
  ["x", { kind: "double" }],
  ["text", { kind: "string" }],
  ["words", { kind: "array", element: { kind: "string" }, containsNull: true }],
  ["items", { kind: "array", element: { kind: "string" }, containsNull: true }],
  ["category", { kind: "double" }],
  ["lifetime", { kind: "double" }],
  ["label", { kind: "double" }],
] as const;
export const SCHEMA = { kind: "struct", fields: FIELDS.map(([name, type]) => ({ name, type, nullable: true })) };

export function rows(count: number): unknown[][] {
  let state = 11;
  const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32;
  return Array.from({ length: count }, (_, i) => [
    i % 4 === 3 ? Vectors.sparse(3, [[1, random()]]) : Vectors.dense(random() * 4 - 2, random() * 10, i),
    Vectors.dense(i % 3, Math.floor(random() * 3), 1),
    random() * 6 - 3,
    ["red apple", "green pear", "blue", "red apple"][i % 4],
    [["a", "b", "a"], ["b"], ["c", "the", "a"], ["d"]][i % 4],
    [["a", "b"], ["b"], ["c", "the", "a"], ["d", "a", "b"]][i % 4],
    i % 3,
    0.5 + ((i * 7) % 5),
    random() < 0.5 ? 1 : 0,
  ]);
}
