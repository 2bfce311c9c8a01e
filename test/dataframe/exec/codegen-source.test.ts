/** The source that is shown is the one that runs. */
import { createHash } from "node:crypto";
import type { Boxed } from "../../../src/columnar/types";
import { builtins } from "../../../src/dataframe/functions";
import { assumedSources } from "../../../src/dataframe/exec/stage-program";
import type { HashAggregateExec, HashJoinExec, StagePlan } from "../../../src/dataframe/physical/plan";
import { aggregate, alias, attribute, call, int, item, nextId, outputOf, run, settings, Table } from "./harness";

const hashes = (sources: readonly string[]): string[] =>
  sources.map((source) => createHash("sha256").update(source).digest("hex"));

const stage = (root: StagePlan["root"]): StagePlan => ({
  root,
  sink: { kind: "collect", limit: null },
  settings,
});

const key = attribute("k", { kind: "string" });
const count = attribute("n", { kind: "int" });
const rows: Boxed[][] = [
  ["a", 1],
  [null, null],
  ["b", 3],
];

test("of a filter, a projection and a join", () => {
  const table = new Table([key, count], rows);
  const other = [attribute("k2", { kind: "int" }, false), attribute("x", { kind: "double" }, false)];
  const right = new Table(other, [[0, 1.5]]);
  const join: HashJoinExec = {
    kind: "hashJoin",
    id: nextId(),
    left: { kind: "filter", id: nextId(), child: table.scan, condition: call(">", count, int(0)), output: [key, count] },
    right: right.scan,
    type: "left",
    leftKeys: [count],
    rightKeys: [other[0]!],
    build: "right",
    condition: null,
    output: [key, count, ...other],
  };
  const expressions = [key, alias(call("+", count, int(1)), "next"), other[1]!];
  const plan = { kind: "project" as const, id: nextId(), child: join, expressions, output: outputOf(expressions) };
  const { program } = run(plan, [table, right]);
  expect(hashes(program.sources())).toEqual(hashes(assumedSources(stage(plan), builtins)));
});

test("of an aggregate", () => {
  const table = new Table([key, count], rows);
  const list = [item(aggregate("sum", count)), item(aggregate("count", int(1)))];
  const plan: HashAggregateExec = {
    kind: "hashAggregate",
    id: nextId(),
    mode: "complete",
    child: table.scan,
    grouping: [key],
    aggregates: list,
    output: [key, ...list.map(({ result }) => result)],
  };
  const { program } = run(plan, [table]);
  expect(hashes(program.sources())).toContain(hashes(assumedSources(stage(plan), builtins))[0]);
  expect(program.sources().at(-1)).toMatchInlineSnapshot(`
   "/* bytes?;Int32?; */
   function pipeline(batch, from, to, K, S, T, N) {
     const columns = batch.columns;
     const c1 = R.get(columns, 0);
     const valid2 = R.get(c1, "valid");
     const starts4 = R.get(c1, "starts");
     const ends5 = R.get(c1, "ends");
     const bytes6 = R.get(c1, "bytes");
     const arena8 = R.get(R.get(R.get(S, "keys"), 0), "sink");
     let starts9 = S.keys[0].starts;
     let ends10 = S.keys[0].ends;
     let valid11 = S.keys[0].valid;
     let slots13 = S.slots;
     let mask14 = S.mask;
     let hashes16 = S.hashes;
     const c17 = R.get(columns, 1);
     const valid18 = R.get(c17, "valid");
     const v20 = R.get(c17, "values");
     let state22 = S.states[0].sums;
     let state24 = S.states[1].counts;
     let state25 = S.states[2].counts;
     for (let i = from; i < to; i++) {
       // aggregate
       const n3 = valid2[i] === 0;
       let g7;
       let h12 = (n3 ? 987654321 : R.hashBytes(bytes6, starts4[i], ends5[i]));
       let slot15 = h12 & mask14;
       for (;;) {
         g7 = slots13[slot15] - 1;
         if (g7 < 0) {
           g7 = S.insert(h12, slot15);
           starts9 = S.keys[0].starts;
           ends10 = S.keys[0].ends;
           valid11 = S.keys[0].valid;
           slots13 = S.slots;
           mask14 = S.mask;
           hashes16 = S.hashes;
           state22 = S.states[0].sums;
           state24 = S.states[1].counts;
           state25 = S.states[2].counts;
           if (n3) S.keys[0].setNull(g7); else {
             starts9[g7] = arena8.append(bytes6, starts4[i], ends5[i]);
             ends10[g7] = arena8.used;
           }
           break;
         }
         if (hashes16[g7] === h12 && (n3 ? valid11[g7] === 0 : valid11[g7] === 1 && R.equalBytes(arena8.bytes, starts9[g7], ends10[g7], bytes6, starts4[i], ends5[i]))) break;
         slot15 = (slot15 + 1) & mask14;
       }
       const n19 = valid18[i] === 0;
       const x21 = v20[i];
       if (!n19) {
         const sum23 = state22[g7] + x21;
         if (sum23 <= 9007199254740991 && sum23 >= -9007199254740991) state22[g7] = sum23;
         else {
           S.states[0].spill(g7, x21);
         }
       }
       if (!n19) {
         state24[g7] += 1;
       }
       state25[g7] += 1;
     }
   }"
  `);
});
