/**
 * Lines that stay at the bottom of a terminal while others scroll by: whatever the process prints meanwhile goes above
 * them. What other processes print to the same terminal cannot be seen here.
 */

type Write = NodeJS.WriteStream["write"];

/** Lines that are longer than the terminal are cut by it, not wrapped: wide characters would else spoil the count. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const CLEAR_BELOW = "\x1b[J";

export class StatusLines {
  #shown: readonly string[] = [];
  /** Somebody left the cursor in the middle of a line: status lines wait for its end. */
  #lineOpen = false;
  readonly #restore: (() => void)[] = [];

  /** @param stream the terminal. @param others further streams that print to it. */
  constructor(
    private readonly stream: NodeJS.WriteStream,
    others: readonly NodeJS.WriteStream[],
  ) {
    for (const one of new Set([stream, ...others])) this.#watch(one);
  }

  get columns(): number {
    return this.stream.columns || 80;
  }

  show(lines: readonly string[]): void {
    if (this.#lineOpen || (lines.length === this.#shown.length && lines.every((line, i) => line === this.#shown[i]))) return;
    const erase = this.#eraser();
    this.#shown = lines;
    this.#print(erase + (lines.length === 0 ? "" : NO_WRAP + lines.join("\n") + WRAP));
  }

  /** Takes the lines away for good. */
  close(): void {
    this.show([]);
    for (const restore of this.#restore.splice(0)) restore();
  }

  #eraser(): string {
    if (this.#shown.length === 0) return "";
    const up = this.#shown.length - 1;
    return `\r${up === 0 ? "" : `\x1b[${up}A`}${CLEAR_BELOW}`;
  }

  #print: (text: string) => void = (text) => void this.stream.write(text);

  #watch(stream: NodeJS.WriteStream): void {
    const plain: Write = stream.write.bind(stream);
    if (stream === this.stream) this.#print = (text) => void plain(text);
    const write = ((chunk: string | Uint8Array, ...rest: []) => {
      const erase = this.#eraser();
      if (erase !== "") {
        this.#shown = [];
        this.#print(erase);
      }
      if (chunk.length > 0) this.#lineOpen = typeof chunk === "string" ? !chunk.endsWith("\n") : chunk[chunk.length - 1] !== 10;
      return plain(chunk, ...rest);
    }) as Write;
    stream.write = write;
    this.#restore.push(() => {
      if (stream.write === write) delete (stream as { write?: Write }).write;
    });
  }
}
