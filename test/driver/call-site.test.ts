import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

test("a file whose name has characters that URLs escape is named as the user did", async () => {
  const program = `import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    console.log(JSON.stringify((await sc.parallelize([1]).toDebugString()).match(/at (.*:3:\\d+)/)?.[1]));
  `;
  expect(await resultOf<string>(submit(directory, "my ünit.ts", program, { master: "local[1]" }))).toBe(
    "parallelize at my ünit.ts:3:42",
  );
});
