/** What a task that leads a crew reads. */
import { crewSteps, type KeptAs } from "../../../src/mllib/compute/crew-steps";
import { keptRecords } from "../../../src/mllib/compute/kept-records";
import { aggregateProgram, type ProgramTask } from "../../../src/mllib/compute/programs";
import { asked, stepsProgram } from "../../../src/mllib/compute/steps";

interface Numbers {
  readonly values: Float64Array;
}

const total = (records: Iterable<Numbers>): number => {
  let sum = 0;
  for (const { values } of records) for (const value of values) sum += value;
  return sum;
};

const sums = aggregateProgram<string | null, Numbers, number>({
  name: "test.crew.sums",
  run: (records, id, task) => total(id === null ? records : keptRecords(task, id, records)),
  merge: (a, b) => a + b,
});

/** Three passes over the records. */
const thrice = stepsProgram<string | null, number>({
  name: "test.crew.thrice",
  *run(id) {
    let sum = 0;
    for (let pass = 0; pass < 3; pass++) sum += (yield* asked(sums, id))!;
    return sum;
  },
});

const PARTITIONS = 3;

/** A thread's tasks; `read` are the partitions whose records were read, in their order. */
function thread(): { readonly task: (partition: number) => ProgramTask; readonly read: number[] } {
  const read: number[] = [];
  const made = new Map<string, unknown>();
  const task = (partition: number): ProgramTask =>
    ({
      partition,
      beside: [],
      recordsOf(of: number) {
        read.push(of);
        return [{ values: Float64Array.of(of, 10) }];
      },
      conf: () => undefined,
      memories: undefined,
      checkInterrupted: () => undefined,
      keep<T>(key: string, make: () => T): T {
        if (!made.has(key)) made.set(key, make());
        return made.get(key) as T;
      },
    }) as unknown as ProgramTask;
  return { task, read };
}

function lead(task: ProgramTask, kept: KeptAs | null): unknown {
  const lead = {
    kind: "lead",
    crew: "c",
    members: 1,
    partitions: PARTITIONS,
    program: thrice.name,
    spec: kept?.id ?? null,
    kept,
  } as const;
  return crewSteps.run([], lead, task);
}

test("records are read once for all steps", () => {
  const { task, read } = thread();
  expect(lead(task(0), null)).toEqual({ value: 3 * (0 + 1 + 2 + 30) });
  expect(read).toEqual([0, 1, 2]);
});

test("records that the thread keeps from a job before are not read again", () => {
  const { task, read } = thread();
  expect(sums.run(task(1).recordsOf(1) as Iterable<Numbers>, "rows", task(1))).toBe(11);
  expect(lead(task(0), { id: "rows", last: false })).toEqual({ value: 3 * (0 + 1 + 2 + 30) });
  expect(read).toEqual([1, 0, 2]);
});

test("records that nobody looks at after the computation are forgotten, in the one that leads and in those that assist", () => {
  const { task, read } = thread();
  lead(task(0), { id: "rows", last: true });
  lead(task(0), { id: "rows", last: false });
  expect(read).toEqual([0, 1, 2, 0, 1, 2]);
  crewSteps.run([], { kind: "assist", crew: "c", partitions: PARTITIONS, kept: { id: "rows", last: true } }, task(1));
  lead(task(0), { id: "rows", last: false });
  expect(read).toHaveLength(9);
});
