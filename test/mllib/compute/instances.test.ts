/** Rows as blocks to learn from. */
import { VectorColumnBuilder } from "../../../src/mllib/compute/columns";
import type { InstanceBlock } from "../../../src/mllib/compute/instances";
import "../../../src/mllib/compute/instances";
import { programNamed } from "../../../src/mllib/compute/programs";

test("sparse rows whose zeros would fill terabytes become blocks as sparse as they are", () => {
  const builder = new VectorColumnBuilder();
  const width = 1_000_000_000;
  for (let row = 0; row < 3000; row++) builder.appendSparse(width, [row, width - 1], [1, 2]);
  const batch = { length: 3000, columns: [builder.finish()] };
  const spec = {
    types: [{ kind: "null" }],
    names: ["features"],
    hasLabel: false,
    hasWeight: false,
    nonFinite: false,
    passing: true,
  };
  const found = programNamed("mllib.instances");
  if (found.gives !== "records") throw new Error("a program of records");
  const blocks = [...found.program.run([batch], spec, null as never)] as InstanceBlock[];
  expect(blocks.map(({ rows, dense, sparse }) => [rows, dense, sparse?.values.length])).toEqual([[3000, null, 6000]]);
});
