/** Trees in WebAssembly against the walk in JavaScript. */
import fc from "fast-check";
import { VectorColumn, VectorColumnBuilder } from "../../../src/mllib/compute/columns";
import { type FlatEnsemble, openSums, sumOfTrees } from "../../../src/mllib/tree/flat-ensemble";

const WIDTH = 3;
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.5));

interface Node {
  readonly feature: number;
  readonly threshold: number;
  readonly left?: Node;
  readonly right?: Node;
}

const { tree } = fc.letrec<{ tree: Node }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ feature: fc.constant(-1), threshold: fc.integer({ min: -9, max: 9 }) }),
    fc.record({
      feature: fc.integer({ min: 0, max: WIDTH - 1 }),
      threshold: fc.integer({ min: -3, max: 3 }),
      left: tie("tree"),
      right: tie("tree"),
    }),
  ),
}));

/** Nodes in preorder; the values of a leaf are made of its number. */
function flatOf(trees: readonly Node[], outputs: number): FlatEnsemble {
  const feature: number[] = [];
  const threshold: number[] = [];
  const right: number[] = [];
  const values: number[] = [];
  const add = (node: Node): number => {
    const at = feature.push(node.feature) - 1;
    threshold.push(node.threshold);
    right.push(-1);
    for (let k = 0; k < outputs; k++) values.push(node.feature < 0 ? node.threshold + k / 3 : 0);
    if (node.left !== undefined) {
      add(node.left);
      right[at] = add(node.right!);
    }
    return at;
  };
  const roots = Int32Array.from(trees, add);
  const none = new Int32Array(feature.length);
  return {
    width: WIDTH,
    roots,
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    right: Int32Array.from(right),
    categoriesAt: none,
    arity: none.map(() => -1),
    goesLeft: new Uint8Array(0),
    outputs,
    values: Float64Array.from(values),
    leafIndex: none,
  };
}

test("sums of leaves are the same to the last bit", () => {
  fc.assert(
    fc.property(
      fc.array(tree, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 64, max: 1100 }),
      (trees, outputs, rows, count) => {
        const flat = flatOf(trees, outputs);
        const builder = new VectorColumnBuilder();
        for (let row = 0; row < count; row++) builder.appendDense(rows[row % rows.length]!);
        const features = new VectorColumn(builder.finish());
        expect(openSums(flat)(features)).toEqual(sumOfTrees(flat, features));
      },
    ),
    { numRuns: 60 },
  );
});
