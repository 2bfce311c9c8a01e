/**
 * The prompt. While a line runs, the terminal is as other programs have it, so that Ctrl-C is a signal, which can interrupt
 * an endless loop; what is typed meanwhile waits for the next prompt.
 */
import { type Interface, type Key, createInterface, emitKeypressEvents } from "node:readline";
import { terminalIsGone } from "../../common/leave";
import type { Completion } from "./completion";
import { History } from "./history";
import { type EditedLine, HistorySearch } from "./history-search";

/** What lines of a prompt are, and who runs them. */
export interface Lines {
  /** What the history keeps: each line, or what `run` remembers. */
  readonly entries: "lines" | "texts";
  readonly prompt: string;
  /** Before the further lines of a text. */
  readonly more: string;
  /** @param text all that stands before the cursor, with earlier lines of the same text */
  complete(text: string): Promise<Completion>;
  /** A new line: what was cancelled before is nothing to it. */
  begin(): void;
  /** Ctrl-C while something runs: what runs ends, and what the line would run next. */
  cancel(): void;
  /** What a line that begins a text is where it is no text; null: it is one. Of a function that was run: whether the prompt is to end. */
  command(line: string): "paste" | (() => Promise<boolean>) | null;
  /**
   * Runs a text, and shows what it gives. Resolves to the part that more lines must make whole: "" when all was run.
   * @param whole no more lines will come: what is incomplete is wrong. @param remember puts an entry of the history in the place of the
   * text's lines, where those are no entries
   */
  run(text: string, whole: boolean, remember: (entry: string) => void): Promise<string>;
  /** Tells what a text or a command threw. */
  fail(error: unknown): void;
}
/** The terminal marks what is pasted, so that lines of it do not run one by one. */
const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";

export class Terminal {
  #lines: Interface;
  readonly #history: History;
  /** Lines that have been entered and not been looked at. */
  readonly #entered: { readonly line: string; readonly pasted: boolean }[] = [];
  /** Lines of a text that is not complete. */
  #pending: string[] = [];
  #pasting = false;
  /** `.paste`: lines are taken until Ctrl-D. */
  #collecting = false;
  /** Ctrl-R: keys go to it. */
  #search: HistorySearch | undefined;
  #searched = "";
  #busy = true;
  #ended = false;
  #hungUp = false;
  #leave!: (status: number) => void;

  /** @param historyFile null: none is kept */
  constructor(
    private readonly language: Lines,
    historyFile: string | null,
  ) {
    const { stdin, stdout } = process;
    this.#history = new History(historyFile);
    for (const stream of [stdin, stdout, process.stderr]) stream.on("error", () => this.hungUp());
    emitKeypressEvents(stdin);
    stdin.on("keypress", this.#key);
    this.#lines = this.#open(this.#history.read());
    process.on("SIGINT", () => {
      // What was entered behind the line that is cancelled may build on it.
      this.#entered.length = 0;
      this.language.cancel();
    });
    process.once("exit", () => stdout.write(PASTE_OFF));
  }

  #open(history: string[]): Interface {
    const lines = createInterface({
      input: process.stdin,
      output: process.stdout,
      history,
      historySize: 2000,
      removeHistoryDuplicates: true,
      tabSize: 4,
      completer: (line: string, callback: (error: null, result: [string[], string]) => void) => {
        void this.language
          .complete([...this.#pending, line].join("\n"))
          .catch((): [string[], string] => [[], ""])
          .then((result) => callback(null, result));
      },
    });
    lines.on("line", (line) => this.#line(line));
    lines.on("SIGINT", () => this.#interruptLine());
    lines.on("close", () => this.#closed());
    return lines;
  }

  readonly #key = (text: string | undefined, key: Key): void => {
    if (key.name === "paste-start") this.#setPasting(true);
    else if (key.name === "paste-end") this.#setPasting(false);
    if (this.#search !== undefined) this.#search.key(text, key);
    else if (key.ctrl === true && key.name === "r" && !this.#busy) this.#openSearch();
  };

  #openSearch(): void {
    this.#search = new HistorySearch(
      {
        input: process.stdin,
        lines: this.#lines as EditedLine,
        isPasting: () => this.#pasting,
        previous: this.#searched,
        onEnd: () => {
          this.#searched = this.#search!.query || this.#searched;
          this.#search = undefined;
          this.#prompt();
        },
      },
      this.#key,
    );
  }

  /** Tabs in what is pasted are text. */
  #setPasting(pasting: boolean): void {
    this.#pasting = pasting;
    (this.#lines as Interface & { isCompletionEnabled: boolean }).isCompletionEnabled = !pasting;
  }

  /**
   * True when the terminal has been closed: the shell ends as if SIGHUP had come, which programs do not get that were started by one that
   * ignores it.
   */
  hungUp(): boolean {
    if (this.#hungUp || !terminalIsGone()) return this.#hungUp;
    this.#hungUp = true;
    process.kill(process.pid, "SIGHUP");
    return true;
  }

  /** Runs `init`, then what is entered. Resolves to the exit status when the user leaves. */
  async run(init?: () => Promise<void>): Promise<number> {
    const left = new Promise<number>((resolve) => (this.#leave = resolve));
    if (init !== undefined) await this.#attempt(init);
    this.#busy = false;
    void this.#work();
    return left;
  }

  #line(line: string): void {
    this.#entered.push({ line, pasted: this.#pasting });
    if (!this.#busy) void this.#work();
  }

  /** Takes lines in their order, one at a time. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (let next = this.#entered.shift(); next !== undefined; next = this.#entered.shift()) {
      if (this.language.entries === "lines") this.#history.add(next.line);
      if (await this.#take(next.line, next.pasted)) return this.#end(0);
    }
    this.#busy = false;
    if (this.#ended) this.#end(0);
    else this.#prompt();
  }

  /** True when the shell is to end. */
  async #take(line: string, pasted: boolean): Promise<boolean> {
    if (pasted || this.#collecting) {
      this.#pending.push(line);
      return false;
    }
    const command = this.#pending.length === 0 ? this.language.command(line.trim()) : null;
    if (command === null) {
      this.#pending.push(line);
      await this.#runPending(false);
      return false;
    }
    if (command === "paste") {
      process.stdout.write("Lines until Ctrl-D are one text.\n");
      this.#collecting = true;
      return false;
    }
    let ends = false;
    await this.#attempt(async () => void (ends = await command()));
    return ends;
  }

  /** @param whole no more lines will come: what is incomplete is wrong. */
  async #runPending(whole: boolean): Promise<void> {
    const typed = this.#pending;
    const text = typed.join("\n");
    if (text.trim() === "") {
      this.#pending = [];
      return;
    }
    await this.#attempt(async () => {
      const rest = await this.language.run(text, whole, (entry) => this.#remember(typed, entry));
      this.#pending = rest === text ? typed : rest === "" ? [] : rest.split("\n");
    });
  }

  #remember(typed: readonly string[], entry: string): void {
    this.#history.add(entry);
    const { history } = this.#lines as EditedLine;
    for (const line of typed) {
      const at = history.indexOf(line);
      if (at >= 0) history.splice(at, 1);
    }
    history.unshift(entry);
  }

  /** Work during which Ctrl-C is a signal. What fails is told. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    const { stdin } = process;
    this.language.begin();
    this.#lines.pause();
    stdin.setRawMode(false);
    try {
      await work();
    } catch (error) {
      this.#pending = [];
      this.language.fail(error);
    } finally {
      if (!this.#ended) {
        stdin.setRawMode(true);
        this.#lines.resume();
      }
    }
  }

  /** Puts the prompt below what was printed while it stood there. */
  redraw(): void {
    if (this.#search !== undefined) this.#search.draw();
    else if (!this.#busy) this.#prompt();
  }

  #prompt(): void {
    process.stdout.write(PASTE_ON);
    this.#lines.setPrompt(this.#pending.length > 0 || this.#collecting ? this.language.more : this.language.prompt);
    this.#lines.prompt(true);
  }

  #interruptLine(): void {
    const wasEmpty = this.#lines.line === "" && this.#pending.length === 0 && !this.#collecting;
    this.#pending = [];
    this.#collecting = false;
    process.stdout.write(wasEmpty ? "\n(.exit or Ctrl-D leaves)\n" : "\n");
    // The line that was begun is given up.
    Object.assign(this.#lines, { line: "", cursor: 0 });
    this.#prompt();
  }

  /** Ctrl-D: the end of what is pasted, else of the shell. */
  #closed(): void {
    if (this.hungUp()) return;
    if (this.#collecting) {
      this.#collecting = false;
      this.#lines = this.#open((this.#lines as Interface & { readonly history: string[] }).history);
      process.stdout.write("\n");
      void this.#runPending(true).then(() => this.#prompt());
      return;
    }
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#busy) this.#end(0);
  }

  #end(status: number): void {
    this.#ended = true;
    process.stdin.setRawMode(false);
    this.#lines.close();
    process.stdout.write("\n");
    this.#leave(status);
  }
}
