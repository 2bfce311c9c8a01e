/** What a terminal shows: bars below, everything else above them. A small terminal plays the part. */
import { Writable } from "node:stream";
import type { ProgressPort } from "../../src/ui/console-progress";
import { ConsoleProgress, formatBar, formatSearchBar } from "../../src/ui/console-progress";
import { SearchesInProgress } from "../../src/ui/search-progress";
import { StatusLines } from "../../src/ui/status-lines";

type StageProgress = ReturnType<ProgressPort["activeStages"]>[number];

/** Understands what StatusLines writes: newlines, carriage return, cursor up, erase below, wrapping on and off. */
class Terminal extends Writable {
  isTTY = true;
  readonly rows: string[] = [""];
  #row = 0;
  #column = 0;

  constructor(readonly columns = 80) {
    super({ decodeStrings: false });
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    for (const [, escape, text] of Buffer.from(chunk as string)
      .toString("utf8")
      .matchAll(/(\x1b\[[?\d]*[a-zA-Z])|([^\x1b]+)/g)) {
      if (escape !== undefined) this.#control(escape);
      else for (const character of text!) this.#put(character);
    }
    done();
  }

  get screen(): string[] {
    return this.rows.filter((row, i) => row !== "" || i < this.rows.length - 1);
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") {
      this.#row++;
      this.#column = 0;
      this.rows[this.#row] ??= "";
    } else {
      const row = [...this.rows[this.#row]!.padEnd(this.#column)];
      row[Math.min(this.#column++, this.columns - 1)] = character;
      this.rows[this.#row] = row.join("");
    }
  }

  #control(escape: string): void {
    const up = /^\x1b\[(\d+)A$/.exec(escape);
    if (up !== null) this.#row -= Number(up[1]);
    else if (escape === "\x1b[J") {
      this.rows[this.#row] = [...this.rows[this.#row]!].slice(0, this.#column).join("");
      this.rows.length = this.#row + 1;
    } else if (!/^\x1b\[\?7[lh]$/.test(escape)) throw new Error(`unknown control ${JSON.stringify(escape)}`);
  }
}

const asStream = (terminal: Terminal): NodeJS.WriteStream => terminal as unknown as NodeJS.WriteStream;
const stage = (over: Partial<StageProgress> = {}): StageProgress => ({
  stageId: 1,
  attempt: 0,
  name: "map at app.ts:3:4",
  numTasks: 10,
  numRunning: 2,
  numDone: 4,
  submittedAt: 0,
  ...over,
});

describe("status lines", () => {
  test("are replaced in place and go without a trace", () => {
    const terminal = new Terminal();
    const lines = new StatusLines(asStream(terminal), []);
    lines.show(["a1", "b1"]);
    lines.show(["a2", "b2", "c2"]);
    expect(terminal.screen).toEqual(["a2", "b2", "c2"]);
    lines.show(["a3"]);
    expect(terminal.screen).toEqual(["a3"]);
    lines.close();
    expect(terminal.screen).toEqual([]);
  });

  test("what is printed meanwhile stands above them", () => {
    const terminal = new Terminal();
    const lines = new StatusLines(asStream(terminal), []);
    terminal.write("before\n");
    lines.show(["bar one", "bar two"]);
    terminal.write("printed\n");
    expect(terminal.screen).toEqual(["before", "printed"]);
    lines.show(["bar one", "bar two"]);
    expect(terminal.screen).toEqual(["before", "printed", "bar one", "bar two"]);
    lines.close();
    terminal.write("after\n");
    expect(terminal.screen).toEqual(["before", "printed", "after"]);
    expect(Object.hasOwn(terminal, "write")).toBe(false);
  });

  test("a line that is not ended is not written into", () => {
    const terminal = new Terminal();
    const lines = new StatusLines(asStream(terminal), []);
    lines.show(["bar"]);
    terminal.write("reading ...");
    lines.show(["bar"]);
    expect(terminal.screen).toEqual(["reading ..."]);
    terminal.write(new Uint8Array([32, 111, 107, 10]));
    lines.show(["bar"]);
    expect(terminal.rows.length).toBe(2);
  });
});

describe("a bar", () => {
  test("shows how far the stage is", () => {
    expect(formatBar(stage(), 100)).toBe(`Stage 1 [${"█".repeat(9)}${"░".repeat(15)}] 4/10, 2 running  map at app.ts:3:4`);
    expect(formatBar(stage({ attempt: 2, numDone: 10, numRunning: 0 }), 100)).toContain(
      `Stage 1.2 [${"█".repeat(24)}] 10/10, 0 running`,
    );
    expect(formatBar(stage({ numTasks: 0, numDone: 0 }), 100)).toContain("0/0");
  });

  test("is cut to the terminal's width, and names cannot steer the terminal", () => {
    for (const columns of [10, 40, 80]) {
      const bar = formatBar(stage({ name: "x".repeat(200) }), columns);
      expect([...bar].length).toBe(columns - 1);
      expect(bar.endsWith("…")).toBe(true);
    }
    expect(formatBar(stage({ name: "a\x1b[2Jb\nc" }), 100)).toMatch(/a \[2Jb c$/);
  });
});

describe("searches", () => {
  const search = (): SearchesInProgress => {
    const searches = new SearchesInProgress();
    const candidates = [2, 4, 8].map((n) => ({ params: { numTrees: String(n) } }));
    searches.listener.onOther({ type: "FiresteelSearchStart", searchId: "s", name: "CrossValidator", metric: "accuracy", largerIsBetter: true, folds: 2, candidates, time: 1000 }); // prettier-ignore
    return searches;
  };
  const progress = (searches: SearchesInProgress, candidate: number, fold: number, score: number | null): void =>
    searches.listener.onOther({ type: "FiresteelSearchProgress", searchId: "s", candidate, fold, state: score === null ? "failed" : "done", ...(score === null ? { error: "why" } : { score }), time: 2000 }); // prettier-ignore

  test("tell fits that are done, the best so far and the time left", () => {
    const searches = search();
    const bar = (now: number): string => formatSearchBar(searches.running()[0]!, now, 160);
    expect(bar(1000)).toBe(`CrossValidator [${"░".repeat(24)}] 0/6 fits`);
    progress(searches, 0, 0, 0.75);
    progress(searches, 1, 0, 0.5);
    expect(bar(5000)).toBe(
      `CrossValidator [${"█".repeat(8)}${"░".repeat(16)}] 2/6 fits, best accuracy 0.7500 (numTrees 2), about 8.0 s left`,
    );
    progress(searches, 2, 0, null);
    progress(searches, 1, 1, 1.1);
    expect(bar(5000)).toContain("4/6 fits, best accuracy 0.8000 (numTrees 4), 1 failed, about 2.0 s left");
    for (const candidate of [0, 2]) progress(searches, candidate, 1, 0.1);
    expect(bar(5000)).toContain("1 failed, the best is fitted on all rows");
    searches.listener.onOther({ type: "FiresteelSearchEnd", searchId: "s", time: 6000 });
    expect(searches.running()).toEqual([]);
  });

  test("stand above the stages on a terminal, and are plain lines elsewhere", () => {
    jest.useFakeTimers();
    const searches = search();
    let now = 1500;
    const terminal = new Terminal();
    const port = { now: () => now, activeStages: () => [stage()], activeSearches: () => searches.running() };
    const bars = new ConsoleProgress(port, asStream(terminal), []);
    jest.advanceTimersByTime(100);
    expect(terminal.screen).toEqual([expect.stringMatching(/^CrossValidator .* 0\/6 fits/), expect.stringMatching(/^Stage 1/)]);
    bars.stop();
    const written: string[] = [];
    const plain = new ConsoleProgress({ ...port, activeStages: () => [] }, {
      write: (text: string) => written.push(text),
    } as never);
    progress(searches, 0, 0, 0.75);
    now = 20_000;
    jest.advanceTimersByTime(100);
    searches.listener.onOther({ type: "FiresteelSearchEnd", searchId: "s", time: 6000 });
    jest.advanceTimersByTime(100);
    plain.stop();
    jest.useRealTimers();
    expect(written).toEqual([expect.stringMatching(/^CrossValidator: 1\/6 fits, best accuracy/), expect.stringMatching(/^CrossValidator: 6 fits, 19/)]); // prettier-ignore
  });
});

describe("progress", () => {
  let now = 0;
  let stages: StageProgress[] = [];
  const port: ProgressPort = { now: () => now, activeStages: () => stages };
  beforeEach(() => {
    jest.useFakeTimers();
    now = 0;
    stages = [];
  });
  afterEach(() => jest.useRealTimers());
  const after = (ms: number): void => {
    for (const until = now + ms; now < until; now += 100) jest.advanceTimersByTime(100);
  };

  test("on a terminal: stages that take their time, at most four, gone at the end", () => {
    const terminal = new Terminal();
    const progress = new ConsoleProgress(port, asStream(terminal), []);
    stages = [stage()];
    after(300);
    expect(terminal.screen).toEqual([]);
    after(200);
    expect(terminal.screen).toHaveLength(1);
    stages = [1, 2, 3, 4, 5, 6].map((stageId) => stage({ stageId }));
    after(100);
    expect(terminal.screen.map((row) => row.slice(0, 8))).toEqual(["Stage 1 ", "Stage 2 ", "Stage 3 ", "Stage 4 ", "and 2 mo"]);
    progress.stop();
    expect(terminal.screen).toEqual([]);
  });

  test("elsewhere: a line for each stage of more than a second, and now and then while it runs", () => {
    const file = new Terminal();
    file.isTTY = false;
    const progress = new ConsoleProgress(port, asStream(file), []);
    stages = [stage({ stageId: 7 }), stage({ stageId: 8 })];
    after(900);
    stages = [stages[0]!];
    after(10_000);
    stages = [];
    after(100);
    progress.stop();
    expect(file.screen).toEqual([
      "Stage 7 (map at app.ts:3:4): 4 of 10 tasks, 2 running",
      "Stage 7 (map at app.ts:3:4): 10 tasks, 10.9 s",
    ]);
  });
});
