import { type Key, createInterface, emitKeypressEvents } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import { type EditedLine, HistorySearch } from "../../../src/cli/shell/history-search";

/** A prompt with a history, as the terminal has it: Ctrl-R begins a search. Newest first. */
function promptWith(history: string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new Writable({ write: (_chunk, _encoding, done) => done() }), {
    isTTY: true,
    columns: 80,
    rows: 24,
  });
  const entered: string[] = [];
  const state = { pasting: false, previous: "", search: undefined as HistorySearch | undefined };
  const own = (text: string | undefined, key: Key): void => {
    if (key.name === "paste-start" || key.name === "paste-end") state.pasting = key.name === "paste-start";
    if (state.search !== undefined) state.search.key(text, key);
    else if (key.ctrl === true && key.name === "r")
      state.search = new HistorySearch(
        {
          input,
          lines,
          isPasting: () => state.pasting,
          previous: state.previous,
          onEnd: () => {
            state.previous = state.search!.query;
            state.search = undefined;
            lines.setPrompt("> ");
            lines.prompt(true);
          },
        },
        own,
      );
  };
  emitKeypressEvents(input);
  input.on("keypress", own);
  const lines = createInterface({ input, output, terminal: true, history, prompt: "> " }) as EditedLine;
  lines.on("line", (line) => entered.push(line));
  const press = (keys: string): void => void input.emit("data", Buffer.from(keys));
  return { press, entered, lines, shown: () => `${lines.getPrompt()}${lines.line}`, close: () => lines.close() };
}

const R = "\x12";
const HISTORY = ["spark.range(3)", "df.count()", "df.groupBy('a').count()", "const a = 1"];

describe("Ctrl-R", () => {
  let prompt: ReturnType<typeof promptWith>;
  beforeEach(() => (prompt = promptWith([...HISTORY])));
  afterEach(() => prompt.close());

  it("finds the newest line with what is typed, and older ones", () => {
    prompt.press(`${R}count`);
    expect(prompt.shown()).toBe("(reverse-i-search)`count': df.count()");
    expect(prompt.lines.cursor).toBe(3);
    prompt.press(R);
    expect(prompt.shown()).toBe("(reverse-i-search)`count': df.groupBy('a').count()");
    prompt.press(R);
    expect(prompt.shown()).toBe("(failed reverse-i-search)`count': df.groupBy('a').count()");
    prompt.press("\x13");
    expect(prompt.shown()).toBe("(i-search)`count': df.count()");
  });

  it("enters what was found", () => {
    prompt.press(`${R}gro\r`);
    expect(prompt.entered).toEqual(["df.groupBy('a').count()"]);
    expect(prompt.shown()).toBe("> ");
    prompt.press("1\r");
    expect(prompt.entered).toEqual(["df.groupBy('a').count()", "1"]);
  });

  it("leaves what was found to be edited", () => {
    prompt.press(`${R}range\x05.show()`);
    expect(prompt.shown()).toBe("> spark.range(3).show()");
    prompt.press("\r");
    expect(prompt.entered).toEqual(["spark.range(3).show()"]);
  });

  it("gives back the line that was there, with Ctrl-G", () => {
    prompt.press(`let b${R}df`);
    expect(prompt.shown()).toBe("(reverse-i-search)`df': df.count()");
    prompt.press("\x07");
    expect(prompt.shown()).toBe("> let b");
    expect(prompt.lines.cursor).toBe(5);
  });

  it("takes characters back, and says what is not there", () => {
    prompt.press(`${R}rangex`);
    expect(prompt.shown()).toBe("(failed reverse-i-search)`rangex': spark.range(3)");
    prompt.press("\x7f");
    expect(prompt.shown()).toBe("(reverse-i-search)`range': spark.range(3)");
  });

  it("looks for the same again", () => {
    prompt.press(`${R}const\x07${R}${R}`);
    expect(prompt.shown()).toBe("(reverse-i-search)`const': const a = 1");
  });

  it("takes what is pasted as text to look for", () => {
    prompt.press(`${R}\x1b[200~groupBy\x1b[201~`);
    expect(prompt.shown()).toBe("(reverse-i-search)`groupBy': df.groupBy('a').count()");
    expect(prompt.entered).toEqual([]);
  });
});
