/** On a real terminal, which script(1) provides: bars in place, Ctrl-C from the keyboard for the whole group of processes. */
import { spawn } from "node:child_process";
import { cli, Running, Workplace } from "./support/command";

const place = new Workplace();
afterAll(() => place.remove());
afterEach(async () => expect(await place.leftoversAtLast()).toEqual([]));

const BARS = `
import { SparkContext } from "firesteel";
const sc = new SparkContext();
const slow = (x: number): number => { for (const until = Date.now() + 200; Date.now() < until;); return x; };
const pairs = sc.range(0, 12, 1, 12).map((x) => { if (x === 6) console.log("task prints"); return [slow(x) % 2, 1]; });
setTimeout(() => console.log("program prints"), 900);
console.log(JSON.stringify((await pairs.reduceByKey((a, b) => a + b, 4).mapValues(slow).collect()).sort()));
await sc.stop();
`;

/** Runs a submitted program with a terminal of its own; what the terminal got is in `stdout`. */
function onTerminal(args: readonly string[]): Running {
  const command = [process.execPath, cli, "submit", "--conf", "spark.ui.showConsoleProgress=true", ...args];
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const script =
    process.platform === "linux"
      ? ["-qec", `stty cols 80; ${quoted}`, "/dev/null"]
      : ["-q", "/dev/null", "sh", "-c", `stty cols 80; ${quoted}`];
  return new Running(spawn("script", script, { cwd: place.folder, env: place.environment, stdio: ["pipe", "pipe", "pipe"] }));
}

test("bars are drawn in place, and nothing of them stays", async () => {
  const { code, stdout } = await onTerminal(["--master", "local[2]", place.write({ "bars.ts": BARS })]).ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/Stage 0 \[█*░+\] \d+\/12, 2 running {2}map at bars\.ts:5:\d+/);
  const lines = stdout.split("\n").map((line) => line.replace(/\r$/, "").split("\x1b[J").pop()!);
  const printed = lines.filter((line) => !line.includes("Stage"));
  expect(printed).toEqual(expect.arrayContaining(["task prints", "program prints", "[[0,6],[1,6]]"]));
  // The last thing that was drawn was taken away.
  expect(stdout.lastIndexOf("\x1b[J")).toBeGreaterThan(stdout.lastIndexOf("Stage"));
});

test("spark.ui.showConsoleProgress=false", async () => {
  const { code, stdout } = await onTerminal([
    "--master",
    "local[2]",
    "-c",
    "spark.ui.showConsoleProgress=false",
    place.write({ "bars.ts": BARS }),
  ]).ended;
  expect(code).toBe(0);
  const lines = stdout.trim().split(/\r?\n/);
  // What tasks print comes when it comes.
  expect(lines.filter((line) => line !== "task prints")).toEqual(["program prints", "[[0,6],[1,6]]"]);
  expect(lines).toHaveLength(3);
});

test.each(["local[2]", "local-cluster[2,1,512]"])("Ctrl-C on %s", async (master) => {
  const loop = `
    import { SparkContext } from "firesteel";
    const sc = new SparkContext();
    const running = sc.range(0, 2, 1, 2).map((x) => { console.log("looping"); for (let i = 0; ; i++) if (i === -1) return x; }).count();
    await running;`;
  const terminal = onTerminal(["--master", master, place.write({ "loop.ts": loop })]);
  await terminal.printed("looping");
  terminal.child.stdin!.write("\x03");
  const { code, stdout } = await terminal.ended;
  expect(code).toBe(130);
  expect(stdout).toContain("firesteel: cancelled 1 job (SIGINT)");
  expect(stdout).not.toMatch(/Error|^\s+at /m);
});
