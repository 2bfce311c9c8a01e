/** The rounds of treeReduce and treeAggregate: what is put together, and that it is all there is, once. */
import fc from "fast-check";
import { lineageOf } from "../../src/rdd/nodes/node";
import { GatheredNode } from "../../src/rdd/nodes/gathered-node";
import { groupsByHost } from "../../src/rdd/api/tree-combine";
import { InlineContext } from "../support/inline-context";

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const hostsOf = (groups: readonly (readonly number[])[], hosts: readonly string[]): string[][] =>
  groups.map((maps) => [...new Set(maps.map((map) => hosts[map]!))]);

describe("groups of map outputs", () => {
  test("are of one host each, and about equally large", () => {
    const hosts = upTo(64).map((map) => `host${(map * 7) % 4}`);
    const groups = groupsByHost(hosts, 8);
    expect(groups.map((maps) => maps.length)).toEqual(Array(8).fill(8));
    expect(hostsOf(groups, hosts).every((of) => of.length === 1)).toBe(true);
  });

  test("are more of the host that has more", () => {
    const hosts = [...Array<string>(9).fill("a"), ...Array<string>(3).fill("b")];
    expect(groupsByHost(hosts, 4)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
      [9, 10, 11],
    ]);
  });

  test("take outputs of other hosts where there are fewer groups than hosts: those of the hosts that have least", () => {
    const hosts = ["a", "b", "b", "c", "d", "d", "d"];
    expect(groupsByHost(hosts, 2)).toEqual([
      [4, 5, 6, 3],
      [1, 2, 0],
    ]);
  });

  test("keep the order on one host, so that associative functions need not be commutative there", () => {
    expect(groupsByHost(Array<string>(7).fill("a"), 3).flat()).toEqual(upTo(7));
  });

  test("hold each output once, whatever the hosts", () => {
    const hosts = fc.array(fc.constantFrom("a", "b", "c", "d", "e", ""), { maxLength: 60 });
    fc.assert(
      fc.property(hosts, fc.integer({ min: 1, max: 30 }), (of, wanted) => {
        const groups = groupsByHost(of, wanted);
        const distinct = new Set(of).size;
        expect(groups.flat().sort((a, b) => a - b)).toEqual(upTo(of.length));
        expect(groups).toHaveLength(Math.min(wanted, of.length));
        expect(groups.every((maps) => maps.length > 0)).toBe(true);
        if (distinct <= wanted) expect(hostsOf(groups, of).every((hostsIn) => hostsIn.length === 1)).toBe(true);
      }),
    );
  });
});

describe("rounds", () => {
  let sc: InlineContext;
  beforeEach(() => {
    sc = new InlineContext();
    sc.hostOf = (map) => `host${map % 3}`;
  });
  afterEach(() => sc.stop());

  test.each([
    [1, [["treeReduce", 60, "action"]]],
    [
      2,
      [
        ["treeReduce", 60, "shuffle"],
        ["treeReduce", 7, "action"],
      ],
    ],
    [
      3,
      [
        ["treeReduce", 60, "shuffle"],
        ["treeReduce", 15, "shuffle"],
        ["treeReduce", 3, "action"],
      ],
    ],
  ] as const)("as many tasks as Spark has, with depth %d", async (depth, stages) => {
    expect(await sc.range(0, 600, 1, 60).treeReduce((a, b) => a + b, depth)).toBe(179_700);
    expect(sc.stages.map(({ scope, tasks, output }) => [scope, tasks, output])).toEqual(stages);
  });

  test("large typed arrays, which functions change", async () => {
    const arrays = sc.range(0, 20, 1, 20).map((i) => new Float64Array(700_000).fill(i));
    const sum = await arrays.treeReduce((a, b) => {
      for (let i = 0; i < a.length; i++) a[i]! += b[i]!;
      return a;
    });
    expect(new Set(sum)).toEqual(new Set([190]));
  });

  test("empty partitions have nothing to reduce, and are the zero of an aggregation", async () => {
    const few = sc.range(0, 40, 1, 40).filter((x) => x % 10 === 3);
    expect(await few.treeReduce((a, b) => a + b)).toBe(72);
    expect(
      await few.treeAggregate(
        1,
        (a, b) => a + b,
        (a, b) => a + b,
      ),
    ).toBe(72 + 40 + 1);
    await expect(few.filter(() => false).treeReduce((a, b) => a + b)).rejects.toThrow(/empty collection/);
  });

  test("a combining function that returns a promise in a task is named", async () => {
    const promising = ((a: number, b: number) => Promise.resolve(a + b)) as never;
    const sum = (a: number, b: number): number => a + b;
    const numbers = sc.range(0, 20, 1, 20);
    await expect(numbers.treeReduce(promising)).rejects.toThrow(/treeReduce: the function returns a promise/);
    await expect(numbers.treeAggregate(0, sum, promising)).rejects.toThrow(
      /treeAggregate: the function that combines returns a promise/,
    );
  });

  test("the scheduler is told which outputs a partition reads", async () => {
    const parent = sc.range(0, 4, 1, 4).node;
    const groups = [[2], [0, 3, 1]];
    const node = new GatheredNode(sc, "test", parent, async () => groups, "here");
    await node.prepare();
    const [dependency] = lineageOf(node).dependencies;
    expect(dependency).toMatchObject({ kind: "shuffle", numReducers: 1 });
    const parts = dependency!.kind === "shuffle" ? dependency!.parts : undefined;
    expect([0, 1].map((partition) => parts!(partition))).toEqual(groups.map((maps) => [{ reduce: 0, maps }]));
  });
});
