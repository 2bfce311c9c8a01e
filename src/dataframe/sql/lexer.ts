/**
 * SQL text to tokens, all at once. Words are not told apart from keywords here: almost every keyword may also be a name,
 * and only the grammar knows which it is. Comments are dropped; hints (`/*+`) are not comments.
 */
import { UsageError } from "../../common/errors";
import { ParseError } from "../errors";
import { unescapeString } from "./string-literal";

export type TokenKind =
  /** A name or keyword without quotes. */
  | "word"
  /** `name` */
  | "quoted"
  /** 'text', "text", r'text': `text` is the value. */
  | "string"
  /** Whole number without suffix. */
  | "integer"
  /** With a point. */
  | "decimal"
  /** With an exponent, and no suffix. */
  | "exponent"
  /** With one of the suffixes L, S, Y, F, D, BD, which is in `symbol`. */
  | "suffixed"
  | "symbol"
  | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Words as spelled; names and strings without quotes and escapes; numbers without their suffix. */
  readonly text: string;
  /** What the grammar compares with: words in capitals, symbols; empty for the rest. */
  readonly symbol: string;
  /** Offsets in the text; `end` is after the last character. */
  readonly start: number;
  readonly end: number;
}

/** Longest first where one begins another. `>` stands alone, so that `ARRAY<ARRAY<INT>>` needs no care; shifts are put together by the grammar. */
const SYMBOLS = [
  "/*+", "<=>", "*/", "::", "||", "|>", "->", "=>", "==", "<>", "!=", "!>", "!<", "<=", ">=", "<<",
  "(", ")", "[", "]", "{", "}", ",", ".", ";", ":", "?", "+", "-", "*", "/", "%", "~", "&", "|", "^", "=", "<", ">", "!",
] as const; // prettier-ignore

const SYMBOLS_BY_FIRST: ReadonlyMap<number, readonly string[]> = (() => {
  const map = new Map<number, string[]>();
  for (const symbol of SYMBOLS) {
    const first = symbol.charCodeAt(0);
    const same = map.get(first);
    if (same === undefined) map.set(first, [symbol]);
    else same.push(symbol);
  }
  return map;
})();

const NUMBER = /(?:(\d+\.\d*|\.\d+)|\d+)(?:[eE][+-]?\d+)?(BD|bd|Bd|bD|[LlSsYyFfDd])?/y;
const WORD = /[\p{L}\d_]+/uy;
/** Paths of files as names of Hive resources: s3://bucket/key. */
const URI_SCHEME = /\p{L}+:\/\/[\p{L}\d_/\-.?=&#%]+/uy;

/** `consecutive`: 'a''b' is two literals, which mean 'ab', and not one with a quote in it. */
export function tokenize(text: string, consecutive = false): readonly Token[] {
  if (typeof text !== "string")
    throw new UsageError("NOT_EXPECTED_TYPE", `SQL text, or a name in it, must be a string, not ${String(text)}.`);
  return new Lexer(text, consecutive).tokens();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(
    text: string,
    private readonly consecutive: boolean,
  ) {
    this.#text = text;
  }

  tokens(): readonly Token[] {
    const text = this.#text;
    for (;;) {
      this.#skipBlanks();
      if (this.#at >= text.length) break;
      this.#next();
    }
    this.#tokens.push({ kind: "end", text: "", symbol: "", start: text.length, end: text.length });
    return this.#tokens;
  }

  #push(kind: TokenKind, text: string, symbol: string, end: number): void {
    this.#tokens.push({ kind, text, symbol, start: this.#at, end });
    this.#at = end;
  }

  #skipBlanks(): void {
    const text = this.#text;
    for (;;) {
      const code = text.charCodeAt(this.#at);
      if (code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200b)) {
        this.#at++;
      } else if (code === 45 && text.charCodeAt(this.#at + 1) === 45) {
        this.#skipLine();
      } else if (code === 47 && text.charCodeAt(this.#at + 1) === 42 && text.charCodeAt(this.#at + 2) !== 43) {
        this.#skipBracketed();
      } else {
        return;
      }
    }
  }

  /** `-- …`; a backslash at the end of the line continues the comment. */
  #skipLine(): void {
    const text = this.#text;
    for (let i = this.#at + 2; ; i++) {
      const code = text.charCodeAt(i);
      if (code === 92 && text.charCodeAt(i + 1) === 10) i++;
      else if (i >= text.length || code === 10 || code === 13) {
        this.#at = i;
        return;
      }
    }
  }

  /** Bracketed comments nest. */
  #skipBracketed(): void {
    const text = this.#text;
    let depth = 0;
    for (let i = this.#at; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 47 && text.charCodeAt(i + 1) === 42) {
        depth++;
        i++;
      } else if (code === 42 && text.charCodeAt(i + 1) === 47) {
        depth--;
        i++;
        if (depth === 0) {
          this.#at = i + 1;
          return;
        }
      }
    }
    throw new ParseError("UNCLOSED_BRACKETED_COMMENT", {}, contextAt(text, this.#at, text.length));
  }

  #next(): void {
    const text = this.#text;
    const code = text.charCodeAt(this.#at);
    if (code === 39 || code === 34) return this.#string(this.#at, false);
    if (code === 96) return this.#quotedName();
    if ((code === 114 || code === 82) && isQuote(text.charCodeAt(this.#at + 1))) return this.#string(this.#at + 1, true);
    if (isDigit(code) || (code === 46 && isDigit(text.charCodeAt(this.#at + 1)))) {
      if (this.#number()) return;
    }
    WORD.lastIndex = this.#at;
    const word = WORD.exec(text);
    if (word !== null) {
      const spelled = word[0];
      if (text.startsWith("://", this.#at + spelled.length)) {
        URI_SCHEME.lastIndex = this.#at;
        const uri = URI_SCHEME.exec(text);
        if (uri !== null) return this.#push("word", uri[0], uri[0].toUpperCase(), this.#at + uri[0].length);
      }
      return this.#push("word", spelled, spelled.toUpperCase(), this.#at + spelled.length);
    }
    for (const symbol of SYMBOLS_BY_FIRST.get(code) ?? []) {
      if (text.startsWith(symbol, this.#at)) return this.#push("symbol", symbol, symbol, this.#at + symbol.length);
    }
    const character = String.fromCodePoint(text.codePointAt(this.#at) ?? 0);
    this.#push("symbol", character, character, this.#at + character.length);
  }

  /** False where digits begin a name ("1st") or a point stands alone: `a.1b` is a name, a point and a name. */
  #number(): boolean {
    const text = this.#text;
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(text);
    if (match === null) return false;
    const [whole, withPoint, suffix] = match;
    const end = this.#at + whole.length;
    if (isWordPart(text, end)) {
      if (withPoint === undefined) return false;
      const digits = /^\d*/.exec(whole)?.[0] ?? "";
      if (digits === "") return false;
      this.#push("integer", digits, "", this.#at + digits.length);
      return true;
    }
    const digits = suffix === undefined ? whole : whole.slice(0, -suffix.length);
    if (suffix !== undefined) {
      const upper = suffix.toUpperCase();
      if ((upper === "L" || upper === "S" || upper === "Y") && !/^\d+$/.test(digits)) return false;
      this.#push("suffixed", digits, upper, end);
      return true;
    }
    if (/[eE]/.test(digits)) this.#push("exponent", digits, "", end);
    else this.#push(withPoint === undefined ? "integer" : "decimal", digits, "", end);
    return true;
  }

  #string(open: number, raw: boolean): void {
    const text = this.#text;
    const quote = text.charCodeAt(open);
    let i = open + 1;
    let plain = true;
    for (; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === quote) {
        if (raw || this.consecutive || text.charCodeAt(i + 1) !== quote) break;
        plain = false;
        i++;
      } else if (code === 92 && !raw) {
        plain = false;
        i++;
      }
    }
    if (i >= text.length) {
      // An open quote is no token: the error names the quote, or the word before it for raw strings.
      return this.#push("symbol", text[this.#at] as string, text[this.#at] as string, this.#at + 1);
    }
    const inner = text.slice(open + 1, i);
    this.#push("string", plain ? inner : unescapeString(inner, text[open] as string), "", i + 1);
  }

  #quotedName(): void {
    const text = this.#text;
    for (let i = this.#at + 1; i < text.length; i++) {
      if (text.charCodeAt(i) !== 96) continue;
      if (text.charCodeAt(i + 1) === 96) {
        i++;
        continue;
      }
      return this.#push("quoted", text.slice(this.#at + 1, i).replaceAll("``", "`"), "", i + 1);
    }
    this.#push("symbol", "`", "`", this.#at + 1);
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isQuote(code: number): boolean {
  return code === 39 || code === 34;
}

function isWordPart(text: string, at: number): boolean {
  const code = text.codePointAt(at);
  if (code === undefined) return false;
  if (isDigit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return true;
  return code > 127 && /\p{L}/u.test(String.fromCodePoint(code));
}

/** The place of text[start, end) for errors. */
export function contextAt(
  text: string,
  start: number,
  end: number,
): { fragment: string; startIndex: number; stopIndex: number; line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let i = text.indexOf("\n"); i >= 0 && i < start; i = text.indexOf("\n", i + 1)) {
    line++;
    lineStart = i + 1;
  }
  return { fragment: text.slice(start, end), startIndex: start, stopIndex: end - 1, line, column: start - lineStart };
}
