/** What a program gets to see of an error that one of its functions threw in a task. */
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

const PROGRAM = `import { SparkContext } from "firesteel";

interface Row {
  readonly id: number;
}

class BadRow extends Error {
  override readonly name = "BadRow";
  constructor(readonly row: Row, message: string) {
    super(message);
  }
}

function check(row: Row): Row {
  if (row.id === 7) throw new BadRow(row, "row " + row.id + " is bad");
  return row;
}

await using sc = new SparkContext();
const seen: unknown[] = [];
const caught = async (run: () => Promise<unknown>) => {
  const error = await run().then(() => undefined, (thrown: Error) => thrown) as Error;
  const cause = error.cause as Error & { row?: Row };
  seen.push({ name: error.name, message: error.message, stack: error.stack, isBadRow: cause instanceof BadRow, row: cause?.row, cause: cause instanceof Error ? cause.stack : cause, root: cause instanceof Error && cause.cause !== undefined ? String(cause.cause) : null });
};
await caught(() => sc.range(0, 10, 1, 2).map((id): Row => ({ id })).map(check).collect());
await caught(() => sc.range(0, 1).map(() => { throw "text"; }).count());
await caught(() => sc.range(0, 1).map(() => { throw new Error("outer", { cause: new RangeError("inner") }); }).count());
await caught(() => sc.range(0, 1).map(async () => { await 1; throw new TypeError("later"); }).count());
await caught(() => sc.range(0, 1).map(() => { throw new Error("x\\n".repeat(100) + "y".repeat(100_000)); }).count());
console.log(JSON.stringify(seen));
`;

interface Seen {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly isBadRow: boolean;
  readonly row?: { readonly id: number };
  readonly cause: string;
  readonly root: string | null;
}

test("the task is named, the user's lines are shown, and the cause is the user's error, in 15 lines at most", async () => {
  const [bad, text, nested, later, long] = await resultOf<Seen[]>(submit(directory, "app.ts", PROGRAM, { master: "local[2,3]" }));
  expect(bad).toMatchObject({ name: "TaskError", isBadRow: true, row: { id: 7 } });
  const file = `${directory}/app.ts`;
  expect(bad!.message.split("\n")).toEqual([
    expect.stringMatching(
      /^\[TASK_FAILED\] Job aborted due to stage failure: Task 1 in stage 0\.0 failed 3 times, most recent failure: Lost task 1\.2 in stage 0\.0 \(TID \d+\) \(\S+ executor \d+\): BadRow: row 7 is bad$/,
    ),
    `    at check (${file}:15:27)`,
    expect.stringMatching(/^ {4}at collect \(app\.ts:26:\d+\)$/),
  ]);
  expect(bad!.stack).toBe(`TaskError: ${bad!.message}`);
  expect(bad!.cause).toBe(`BadRow: row 7 is bad\n    at check (${file}:15:27)`);
  expect(text!.cause).toBe("text");
  expect(nested).toMatchObject({
    root: "RangeError: inner",
    cause: expect.stringMatching(/^Error: outer\n {4}at .*app\.ts:28:\d+\)?$/),
  });
  expect(later!.cause).toMatch(/^TypeError: later\n {4}at .*app\.ts:29:\d+\)?$/);
  for (const one of [bad, text, nested, later, long]) {
    expect(one!.message.split("\n").length).toBeLessThanOrEqual(15);
    expect(one!.message.length).toBeLessThan(3000);
  }
  expect(long!.cause.length).toBeGreaterThan(100_000); // the error itself stays whole
});

test("an error nobody catches ends the program with it", async () => {
  const program = PROGRAM.replace(
    /await caught[\s\S]*/,
    "await sc.range(0, 10, 1, 2).map((id): Row => ({ id })).map(check).count();\n",
  );
  const { code, stderr } = await submit(directory, "thrown.ts", program, { master: "local[2]" });
  expect(code).toBe(1);
  expect(stderr).toContain("BadRow: row 7 is bad");
  expect(stderr).toMatch(/at check \(.*thrown\.ts:15:27\)/);
  expect(stderr).toContain("thrown.ts:26:");
  expect(stderr.split("\n").filter((line) => line.includes("engine.js"))).toEqual([]);
});
