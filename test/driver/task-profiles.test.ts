/** Profiles of tasks: what a program sees of them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();
const profiled = { conf: { "spark.python.profile": "true" } };

const burning = `
  import { SparkContext } from "firesteel";
  function burn(x: number): number {
    let sum = x;
    for (let i = 0; i < 30_000_000; i++) sum = (sum * 31 + i) % 1_000_003;
    return sum;
  }
`;

test("showProfiles prints each dataset's functions once, by the time in them; dumpProfiles writes files for viewers", async () => {
  const program = `${burning}
    await using sc = new SparkContext();
    const burnt = sc.range(0, 4, 1, 4).map(async (x) => burn(x));
    await burnt.count();
    await burnt.map((x) => [x % 2, x] as [number, number]).reduceByKey((a, b) => a + b).collect();
    sc.showProfiles();
    console.log("again");
    sc.showProfiles();
    console.log("dumped", (await sc.dumpProfiles(${JSON.stringify(join(directory, "dumped"))})).length);
  `;
  const { code, stdout, stderr } = await submit(directory, "profiles.ts", program, profiled);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const [shown = "", again = ""] = stdout.split("again\n");
  const titles = shown.match(/^Profile of RDD<id=\d+>$/gm);
  expect(titles?.length).toBeGreaterThanOrEqual(2);
  expect(shown).toMatch(/^ {9}\d+ samples of 1 ms in 4 tasks, \d+\.\d{3} seconds$/m);
  expect(shown).toMatch(/^ +\d+\.\d{3} +\d+\.\d{3} {2}burn \(.*profiles\.ts:3:\d+\)$/m);
  expect(again).toMatch(/^dumped \d+\n$/);
  const files = readdirSync(join(directory, "dumped"));
  expect(files).toHaveLength(titles!.length);
  const profiles = files.map(
    (file) =>
      JSON.parse(readFileSync(join(directory, "dumped", file), "utf8")) as {
        nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
        samples: number[];
        timeDeltas: number[];
      },
  );
  for (const { nodes, samples, timeDeltas } of profiles) {
    expect(samples).toHaveLength(timeDeltas.length);
    expect(samples.every((id) => nodes[id - 1]!.id === id)).toBe(true);
  }
  const burns = profiles.flatMap(({ nodes }) => nodes).filter(({ callFrame }) => callFrame.functionName === "burn");
  expect(burns.length).toBeGreaterThan(0);
  for (const { callFrame } of burns)
    expect(callFrame).toMatchObject({ url: expect.stringMatching(/profiles\.ts$/), lineNumber: 2 });
});

test("what was not shown is shown when the context stops, or written where spark.python.profile.dump says", async () => {
  const program = `${burning}
    await using sc = new SparkContext();
    await sc.range(0, 2, 1, 2).map((x) => burn(x)).count();
  `;
  const shown = await submit(directory, "stopped.ts", program, profiled);
  expect(shown.stdout).toMatch(/^Profile of RDD<id=\d+>$/m);
  const place = join(directory, "at-the-end");
  const conf = { ...profiled.conf, "spark.python.profile.dump": place };
  const written = await submit(directory, "stopped.ts", program, { conf });
  expect([written.code, written.stdout]).toEqual([0, ""]);
  expect(readdirSync(place)).toEqual([expect.stringMatching(/^rdd_\d+\.cpuprofile$/)]);
});

test("without the setting there is nothing to show, in words", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    try {
      sc.showProfiles();
    } catch (error) {
      console.log((error as Error).message);
    }
  `;
  const { stdout } = await submit(directory, "none.ts", program);
  expect(stdout).toContain("showProfiles: tasks are not profiled; set spark.python.profile=true before the context is made.");
});
