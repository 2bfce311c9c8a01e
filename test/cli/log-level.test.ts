/** The log's level, changed while processes run: by the program for itself and its executors, and by a signal for one process. */
import { submit, temporaryDirectory } from "../driver/support/submit";

const directory = temporaryDirectory();

/** Says where each part begins on the stream that the logs go to. */
const PROGRAM = `
  import { writeSync } from "node:fs";
  import { SparkContext } from "firesteel";
  await using sc = new SparkContext();
  const job = () => sc.range(0, 10, 1, 2).map(() => process.pid).first();
  const executor = await job();
  const part = async (name: string) => {
    // What was told before the first job has arrived by the second.
    for (let i = 0; i < 3; i++) await job();
    writeSync(2, "== " + name + "\\n");
  };
  await part("begin");
  process.kill(process.pid, "SIGUSR2");
  await part("driver debugs");
  process.kill(process.pid, "SIGUSR2");
  process.kill(executor, "SIGUSR2");
  await part("executor debugs");
  process.kill(executor, "SIGUSR2");
  await part("as before");
  sc.setLogLevel("DEBUG");
  await part("both debug");
  sc.setLogLevel("OFF");
  await part("off");
  await part("end");
  console.log(JSON.stringify([process.pid, executor]));
`;

test("a signal switches one process to DEBUG and back, setLogLevel the driver and its executors", async () => {
  const { code, stdout, stderr } = await submit(directory, "log-level.ts", PROGRAM, {
    conf: { "spark.ui.showConsoleProgress": "false" },
  });
  expect([code, code === 0 ? "" : stderr]).toEqual([0, ""]);
  const [driver, executor] = JSON.parse(stdout.trim().split("\n").at(-1)!) as [number, number];
  const parts = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of stderr.split("\n")) {
    if (line.startsWith("== ")) {
      parts.set(line.slice(3), lines);
      lines = [];
    } else if (line.startsWith("{")) {
      const { level, pid, msg } = JSON.parse(line) as { level: string; pid: number; msg: string };
      if (["debug", "info"].includes(level) && [driver, executor].includes(pid))
        lines.push(`${pid === driver ? "driver" : "executor"} ${level} ${msg}`);
    }
  }
  const of = (part: string): string[] => parts.get(part)!;
  const matching = (part: string, pattern: RegExp): number => of(part).filter((line) => pattern.test(line)).length;
  expect(of("begin")).toEqual([]);
  expect(of("driver debugs")[0]).toBe("driver info SIGUSR2: the log's level is DEBUG from now on");
  expect(matching("driver debugs", /^driver debug job \d+ ended: it succeeded$/)).toBeGreaterThan(0);
  expect(matching("driver debugs", /^driver debug stage \d+\.0: 1 tasks to executor 0$/)).toBeGreaterThan(0);
  expect(matching("driver debugs", /^executor/)).toBe(0);
  expect(of("executor debugs")).toContain("driver info SIGUSR2: the log's level is WARN from now on");
  expect(of("executor debugs")).toContain("executor info SIGUSR2: the log's level is DEBUG from now on");
  expect(matching("executor debugs", /^executor debug stage \d+\.0 of job \d+ begins$/)).toBeGreaterThan(0);
  expect(of("as before")).toContain("executor info SIGUSR2: the log's level is WARN from now on");
  expect(matching("both debug", /^driver debug/)).toBeGreaterThan(0);
  expect(matching("both debug", /^executor debug/)).toBeGreaterThan(0);
  expect(of("end")).toEqual([]);
});
