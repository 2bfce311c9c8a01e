/** Columns of results as chunks. Strings are given as JavaScript values: whoever reads them wants each one. */
import type { Chunk, Column, Shape } from "../columnar/chunk";
import { ANY, internShape, NUMBER } from "../columnar/rows/shapes";
import { type BatchColumn, stringsOf } from "./batch";

/** A chunk of pairs; of keys alone where `values` is "none". */
export function pairChunk(keys: BatchColumn, values: BatchColumn, length: number): Chunk {
  const [keyShape, key] = leafOf(keys, length);
  if (values.type === "none") return { kind: "columns", shape: keyShape, columns: [key], length };
  const [valueShape, value] = leafOf(values, length);
  return { kind: "columns", shape: pairShape(keyShape, valueShape), columns: [key, value], length };
}

/** A chunk of pairs whose values are pairs. */
export function nestedPairChunk(keys: BatchColumn, left: BatchColumn, right: BatchColumn, length: number): Chunk {
  const [keyShape, key] = leafOf(keys, length);
  const [leftShape, leftColumn] = leafOf(left, length);
  const [rightShape, rightColumn] = leafOf(right, length);
  return {
    kind: "columns",
    shape: pairShape(keyShape, pairShape(leftShape, rightShape)),
    columns: [key, leftColumn, rightColumn],
    length,
  };
}

function pairShape(first: Shape, second: Shape): Shape {
  return internShape({ type: "tuple", items: [first, second] });
}

function leafOf(column: BatchColumn, length: number): [Shape, Column] {
  switch (column.type) {
    case "number":
      return [NUMBER, { type: "number", values: column.values }];
    case "text":
      return [ANY, { type: "any", values: stringsOf(column.text, column.offsets, length) }];
    case "strings":
    case "any":
      return [ANY, { type: "any", values: column.values }];
    case "none":
      return [ANY, { type: "any", values: new Array<null>(length).fill(null) }];
  }
}
