/** Call trees of the sampling profiler, merged. */
import { CallTreeBuilder, mappedLocation, type ProfileNode } from "../../src/common/call-tree";

const frame = (functionName: string, lineNumber = 0): ProfileNode["callFrame"] => ({
  functionName,
  url: functionName.startsWith("(") ? "" : "file:///app/job.ts",
  lineNumber,
  columnNumber: 4,
});

const profile: ProfileNode[] = [
  { id: 1, callFrame: frame("(root)"), hitCount: 0, children: [2, 4] },
  { id: 2, callFrame: frame("parse", 9), hitCount: 3, children: [3] },
  { id: 3, callFrame: frame("parse", 9), hitCount: 2 },
  { id: 4, callFrame: frame("(idle)"), hitCount: 50 },
];

function built(): CallTreeBuilder {
  const builder = new CallTreeBuilder();
  builder.add(profile);
  return builder;
}

test("idle time is left out, recursion is kept", () => {
  expect(built().columns()).toEqual({
    samples: 5,
    functions: ["(root)", "parse"],
    locations: ["", "file:///app/job.ts:10:5"],
    parent: [-1, 0, 1],
    function: [0, 1, 1],
    self: [0, 3, 2],
  });
});

test("trees are added node by node, under the places they are given", () => {
  const merged = new CallTreeBuilder();
  for (const tree of [built().columns(), built().columns()])
    merged.addCalls(tree, (location) => location.replace("job.ts:10:5", "source.ts:3:1"));
  expect(merged.columns()).toEqual({
    samples: 10,
    functions: ["(root)", "parse"],
    locations: ["", "file:///app/source.ts:3:1"],
    parent: [-1, 0, 1],
    function: [0, 1, 1],
    self: [0, 6, 4],
  });
});

test("loops that are generated for stages are one function, whichever stage they are of", () => {
  const loop = (stage: number, lineNumber: number): ProfileNode["callFrame"] => ({
    functionName: "",
    url: `firesteel-stage-${stage}-0.js`,
    lineNumber,
    columnNumber: 16,
  });
  const builder = new CallTreeBuilder();
  for (const stage of [3, 42])
    builder.add([
      { id: 1, callFrame: frame("(root)"), children: [2] },
      { id: 2, callFrame: loop(stage, stage), hitCount: 1, children: [3] },
      { id: 3, callFrame: frame("parse", 9), hitCount: 2 },
    ]);
  expect(builder.columns()).toMatchObject({
    functions: ["(root)", "stage loop", "parse"],
    locations: ["", "firesteel-stage.js", "file:///app/job.ts:10:5"],
    parent: [-1, 0, 1],
    self: [0, 2, 4],
  });
});

test("locations are mapped as stack traces are; one that is not known stays", () => {
  expect(mappedLocation("a.js:1:2", (stack) => stack.replace("a.js:1:2", "a.ts:7:3"))).toBe("a.ts:7:3");
  expect(mappedLocation("a.js:1:2", () => "nothing of the kind")).toBe("a.js:1:2");
});
