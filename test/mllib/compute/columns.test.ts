/** Columns of vectors as rows of doubles, in the forms that batches have. */
import { decodeBatchesOf, encodeBatch, gather } from "../../../src/columnar/batch";
import { ByteWriter } from "../../../src/columnar/bytes";
import type { Vector } from "../../../src/columnar/vector";
import { denseVectorColumn, VectorColumn, VectorColumnBuilder } from "../../../src/mllib/compute/columns";

/** As a column that was kept. */
function written(column: Vector): Vector {
  const out = new ByteWriter(64);
  encodeBatch(out, { length: column.length, columns: [column] });
  const [batch] = decodeBatchesOf(out.written().slice());
  return batch!.columns[0]!;
}

const small = [1, 2, 3, 4, 5, 6, 7, 8];
const large = [1, 2, 3, 4, 5, 6, 7, 1e6];
const fractions = [0.5, 2, 3, 4, 5, 6, 7, -0];
const columnOf = (values: readonly number[]): Vector => denseVectorColumn(Float64Array.from(values), 4, 2);

test.each([
  ["16 bits", small],
  ["32 bits", large],
  ["doubles", fractions],
])("rows together are the same however they were kept: %s", (_, values) => {
  for (const column of [columnOf(values), written(columnOf(values))]) {
    expect(new VectorColumn(column).dense(2)).toEqual(Float64Array.from(values));
    expect(new VectorColumn(column).dense(3)).toBeNull();
    const picked = gather(column, Int32Array.of(3, 1), 2);
    const rows = Float64Array.from([...values.slice(6, 8), ...values.slice(2, 4)]);
    expect(new VectorColumn(picked).dense(2)).toEqual(rows);
    const vectors = new VectorColumn(picked);
    expect([...vectors.values(0), ...vectors.values(1)]).toEqual([...rows]);
    expect(vectors.dense(2)).toEqual(rows);
  }
});

test("rows that are no view of their column stand in the room that is given", () => {
  const numbers = new Float64Array(16);
  const room = (count: number): Float64Array => numbers.subarray(0, count);
  const picked = gather(written(columnOf(small)), Int32Array.of(2, 0), 2);
  const rows = new VectorColumn(picked).denseIn(room, 2)!;
  expect(rows).toEqual(Float64Array.of(5, 6, 1, 2));
  expect(rows.buffer).toBe(numbers.buffer);
  // What others ask for is their own.
  expect(new VectorColumn(picked).dense(2)!.buffer).not.toBe(numbers.buffer);
  const values = Float64Array.from(fractions);
  expect(new VectorColumn(denseVectorColumn(values, 4, 2)).denseIn(room, 2)!.buffer).toBe(values.buffer);
});

test("no room is asked for where rows are sparse, whose entries would need more memory than there is", () => {
  const builder = new VectorColumnBuilder();
  for (let row = 0; row < 1000; row++) builder.appendSparse(1_000_000_000, [row], [0.5]);
  const room = jest.fn((count: number) => new Float64Array(count));
  expect(new VectorColumn(builder.finish()).denseIn(room, 1_000_000_000)).toBeNull();
  expect(room).not.toHaveBeenCalled();
});

test("whole numbers are known to be finite", () => {
  expect(new VectorColumn(written(columnOf(small))).isFinite).toBe(true);
  expect(new VectorColumn(written(columnOf(fractions))).isFinite).toBe(false);
  expect(new VectorColumn(columnOf(small)).isFinite).toBe(false);
});
