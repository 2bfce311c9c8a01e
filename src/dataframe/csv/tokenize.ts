/**
 * CSV text as tokens: one record after another where line ends are looked at, else the whole text as one record. An empty
 * value is the option's null value, an empty quoted one its empty value.
 */
import { QueryError } from "../errors";
import type { CsvOptions } from "./options";

export type CsvTokens = readonly (string | null)[];

/** Tokens of a text that is one record; null for an empty text or a comment. */
export function csvLineTokenizer(options: CsvOptions): (line: string) => CsvTokens | null {
  return (line) => {
    if (line === "" || (options.comment !== undefined && line.startsWith(options.comment))) return null;
    return new CsvScanner(line, options, false).next();
  };
}

/** Records of a text whose values may hold line ends. */
export class CsvScanner {
  #at = 0;
  #recordStart = 0;

  constructor(
    private readonly text: string,
    private readonly options: CsvOptions,
    private readonly lines = true,
  ) {}

  /** The text of the record that `next` gave last, without its line end. */
  get record(): string {
    return this.text.slice(this.#recordStart, this.#recordEnd);
  }

  #recordEnd = 0;

  /** null at the end. Empty lines and comments are left out. */
  next(): CsvTokens | null {
    const { text, options } = this;
    if (this.lines) this.#skipEmpty();
    if (this.#at >= text.length && this.lines) return null;
    this.#recordStart = this.#at;
    const tokens: (string | null)[] = [];
    for (;;) {
      tokens.push(this.#value());
      if (tokens.length > options.maxColumns) {
        throw new QueryError("MALFORMED_CSV_RECORD", { badRecord: text.slice(this.#recordStart, this.#recordStart + 1000) });
      }
      if (text.startsWith(options.delimiter, this.#at)) {
        this.#at += options.delimiter.length;
        continue;
      }
      this.#recordEnd = this.#at;
      this.#at += this.#lineEnd(this.#at);
      return tokens;
    }
  }

  #skipEmpty(): void {
    const { text, options } = this;
    for (;;) {
      const end = this.#lineEnd(this.#at);
      if (end > 0) this.#at += end;
      else if (options.comment !== undefined && text.startsWith(options.comment, this.#at)) {
        while (this.#at < text.length && this.#lineEnd(this.#at) === 0) this.#at++;
      } else return;
    }
  }

  /** Length of the line end at a place; 0 where there is none. */
  #lineEnd(at: number): number {
    if (!this.lines) return 0;
    const { lineSep } = this.options;
    if (lineSep !== undefined) return this.text.startsWith(lineSep, at) ? lineSep.length : 0;
    const unit = this.text.charCodeAt(at);
    if (unit === 10) return 1;
    if (unit !== 13) return 0;
    return this.text.charCodeAt(at + 1) === 10 ? 2 : 1;
  }

  #ends(at: number): boolean {
    return at >= this.text.length || this.text.startsWith(this.options.delimiter, at) || this.#lineEnd(at) > 0;
  }

  #value(): string | null {
    const { options } = this;
    if (options.trimLeading.read) this.#at = this.#behindSpace(this.#at);
    if (options.quote !== "" && this.text[this.#at] === options.quote) {
      this.#at++;
      const value = this.#quoted();
      return value === "" ? options.emptyValue.read : value;
    }
    const value = this.#plain();
    return value === "" ? options.nullValue : value;
  }

  #behindSpace(from: number): number {
    let at = from;
    while (at < this.text.length && this.text.charCodeAt(at) <= 32 && !this.#ends(at)) at++;
    return at;
  }

  /** Up to the delimiter or the line's end. */
  #plain(): string {
    const { text, options } = this;
    const from = this.#at;
    if (!this.lines) {
      const end = text.indexOf(options.delimiter, from);
      this.#at = end < 0 ? text.length : end;
    } else while (!this.#ends(this.#at)) this.#at++;
    const value = text.slice(from, this.#at);
    return options.trimTrailing.read ? value.replace(/[\0- ]+$/, "") : value;
  }

  /** Behind the opening quote. A quote that is neither escaped nor followed by the value's end is what the option says. */
  #quoted(): string | null {
    const { text } = this;
    const { quote, escape, escapeOfEscape } = this.options;
    let value = "";
    let before = "";
    for (; this.#at < text.length; this.#at++) {
      const unit = text[this.#at] as string;
      if (before === quote && (this.#ends(this.#at) || unit <= " ")) {
        const end = this.#behindSpace(this.#at);
        if (this.#ends(end)) {
          this.#at = end;
          return value;
        }
        const rest = this.#unescaped(value);
        if (rest !== undefined) return rest;
        value += quote;
        before = "";
      }
      if (unit !== quote && unit !== escape) {
        if (before === quote) {
          const rest = this.#unescaped(value);
          if (rest !== undefined) return rest;
          value += quote;
        } else if (before === escape && before !== "") value += escape;
        value += unit;
        before = unit;
        continue;
      }
      if (unit === escape && before === escapeOfEscape && escapeOfEscape !== "") {
        value += escape;
        before = "";
      } else if (before === escape && before !== "") {
        value += unit === quote ? quote : before;
        before = unit === quote ? "" : unit;
      } else {
        if (before === quote) value += quote;
        before = unit;
      }
    }
    return before === escape && escape !== quote ? value + escape : value;
  }

  /** The whole value, unless it goes on to the closing quote: then undefined. */
  #unescaped(value: string): string | null | undefined {
    const { quote, unescapedQuotes } = this.options;
    switch (unescapedQuotes) {
      case "STOP_AT_DELIMITER":
        return `${quote}${value}${quote}${this.#plain()}`;
      case "SKIP_VALUE":
        this.#plain();
        return null;
      case "RAISE_ERROR":
        throw new QueryError("MALFORMED_CSV_RECORD", { badRecord: this.text });
      case "STOP_AT_CLOSING_QUOTE":
        return undefined;
    }
  }
}
