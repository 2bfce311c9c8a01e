/**
 * Ctrl-R at the prompt, as GNU readline has it: what is typed is looked for in earlier lines, from the newest on, and stands in the place of the
 * prompt. It draws with the prompt and the line that readline has, and keeps keys from readline by taking its listener away meanwhile.
 */
import type { Interface, Key } from "node:readline";

/** What readline has beside its documented members. */
export interface EditedLine extends Interface {
  line: string;
  cursor: number;
  /** Newest first. */
  readonly history: string[];
}

type KeyListener = (text: string | undefined, key: Key) => void;

export interface SearchOptions {
  readonly input: NodeJS.ReadableStream;
  readonly lines: EditedLine;
  /** Whether what comes is pasted: the ends of its lines do not enter a line then. */
  readonly isPasting: () => boolean;
  /** The search is over: the prompt is to be as it was. */
  readonly onEnd: () => void;
  /** What the search before looked for: Ctrl-R twice looks for it again. */
  readonly previous: string;
}

export class HistorySearch {
  #query = "";
  /** In the history; -1 is the line that was there before. */
  #at = -1;
  #found = true;
  #forward = false;
  readonly #begun: { readonly line: string; readonly cursor: number };
  readonly #readers: readonly KeyListener[];

  /** Begins a search: from now on its keys come to {@link HistorySearch.key} alone. */
  constructor(
    private readonly options: SearchOptions,
    own: KeyListener,
  ) {
    const { lines, input } = options;
    this.#begun = { line: lines.line, cursor: lines.cursor };
    this.#readers = (input.listeners("keypress") as KeyListener[]).filter((listener) => listener !== own);
    for (const reader of this.#readers) input.off("keypress", reader);
    this.draw();
  }

  get query(): string {
    return this.#query;
  }

  draw(): void {
    const { lines } = this.options;
    const name = `${this.#found ? "" : "failed "}${this.#forward ? "" : "reverse-"}i-search`;
    lines.setPrompt(`(${name})\`${this.#query}': `);
    lines.prompt(true);
  }

  key(text: string | undefined, key: Key): void {
    const pasting = this.options.isPasting();
    if (key.name === "paste-start" || key.name === "paste-end") return;
    if (key.ctrl === true && (key.name === "r" || key.name === "s")) return this.#again(key.name === "s");
    if (key.ctrl === true && key.name === "g") return this.#giveUp();
    // Linux terminals send DEL for it, others Ctrl-H.
    if (key.name === "backspace") return this.#search(Array.from(this.#query).slice(0, -1).join(""));
    if (pasting && (key.name === "return" || key.name === "enter" || key.name === "tab")) return this.#search(`${this.#query} `);
    if (text !== undefined && key.ctrl !== true && key.meta !== true && !/\p{Cc}/u.test(text))
      return this.#search(this.#query + text);
    this.#end();
    // Escape takes what was found, to be edited; other keys do with it what they do.
    if (key.name !== "escape") this.options.input.emit("keypress", text, key);
  }

  /** The next line with the same text, older or younger. */
  #again(forward: boolean): void {
    this.#forward = forward;
    if (this.#query === "") return this.#search(this.options.previous);
    this.#look(this.#at + (forward ? -1 : 1), this.options.lines.line);
  }

  #search(query: string): void {
    this.#query = query;
    this.#look(Math.max(this.#at, 0));
  }

  /** @param other a line that is not what is looked for, though it has the text */
  #look(from: number, other?: string): void {
    const { lines } = this.options;
    const step = this.#forward ? -1 : 1;
    this.#found = this.#query === "";
    for (let at = from; !this.#found && at >= 0 && at < lines.history.length; at += step) {
      const line = lines.history[at]!;
      if (line === other || !line.includes(this.#query)) continue;
      this.#found = true;
      this.#at = at;
      Object.assign(lines, { line, cursor: this.#forward ? line.indexOf(this.#query) : line.lastIndexOf(this.#query) });
    }
    this.draw();
  }

  #giveUp(): void {
    Object.assign(this.options.lines, this.#begun);
    this.#end();
  }

  #end(): void {
    for (const reader of this.#readers) this.options.input.on("keypress", reader);
    this.options.onEnd();
  }
}
