/** The parser's place in the tokens, and the errors it throws there. */
import { ParseError } from "../errors";
import type { Parameters, QueryContext } from "../errors";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { tokenize } from "./lexer";
import type { Token } from "./lexer";

/** Settings of the session that the meaning of a text depends on. */
export interface ParseOptions {
  /** spark.sql.session.timeZone: the zone of TIMESTAMP literals that name none. Default: the machine's. */
  readonly timeZone?: string;
  /** What TIMESTAMP means: spark.sql.timestampType. */
  readonly timestampType?: "TIMESTAMP_LTZ" | "TIMESTAMP_NTZ";
  /** spark.sql.parser.quotedRegexColumnNames */
  readonly quotedRegexColumnNames?: boolean;
  /** spark.sql.ansi.doubleQuotedIdentifiers */
  readonly doubleQuotedIdentifiers?: boolean;
  /** spark.sql.legacy.setopsPrecedence.enabled */
  readonly legacySetOpsPrecedence?: boolean;
  /** spark.sql.legacy.interval.enabled */
  readonly legacyIntervals?: boolean;
  /** spark.sql.legacy.consecutiveStringLiterals.enabled */
  readonly consecutiveStringLiterals?: boolean;
  /** DEFAULT COLLATION of the view around a query: of literals, and of STRING where no collation is written. */
  readonly defaultCollation?: string;
  /** Random calls and samples that name no seed get one as they are read: the text is that of one DataFrame or Column. */
  readonly seeds?: boolean;
}

/** Rules that files below them call: expressions hold queries. */
export interface Rules {
  query(p: Cursor): UnresolvedPlan;
  expression(p: Cursor): UnresolvedExpression;
}

export class Cursor {
  readonly text: string;
  options: ParseOptions;
  readonly rules: Rules;
  readonly #tokens: readonly Token[];
  #at = 0;
  #lineStarts: readonly number[] | null = null;
  /** Labels of the script's blocks and loops around the cursor, and variables of its FOR loops. */
  readonly scriptLabels: { readonly name: string; readonly kind: "block" | "loop" | "variable" }[] = [];
  /** Conditions that the blocks around the cursor declare. */
  readonly scriptConditions: string[] = [];
  /** Number of `?` seen. */
  positional = 0;
  /** Words that end an alias here although they are names elsewhere: DO in FOR loops, FOR in PIVOT. */
  aliasStop: string | null = null;
  /** The text means another day or instant each time that it is read: TIMESTAMP'now'. */
  readsClock = false;
  /** Random values are drawn, by a seed that the text does not give. */
  draws = false;
  /** Within an item of a select list: quoted names may be patterns there. */
  inItem = false;

  constructor(text: string, rules: Rules, options: ParseOptions = {}) {
    this.text = text;
    this.rules = rules;
    this.options = options;
    const tokens = tokenize(text, options.consecutiveStringLiterals);
    this.#tokens = options.doubleQuotedIdentifiers === true ? tokens.map((token) => doubleQuotedName(text, token)) : tokens;
  }

  get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  /** The token `n` places ahead; the last one beyond the end. */
  peek(n = 1): Token {
    return this.#tokens[Math.min(this.#at + n, this.#tokens.length - 1)] as Token;
  }

  /** A place to come back to. */
  get mark(): number {
    return this.#at;
  }

  reset(mark: number): void {
    this.#at = mark;
  }

  next(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#at++;
    return token;
  }

  /** The current token is this keyword or symbol. */
  is(symbol: string): boolean {
    return this.token.symbol === symbol;
  }

  isAt(n: number, symbol: string): boolean {
    return this.peek(n).symbol === symbol;
  }

  /** All of these in a row. */
  isAll(...symbols: readonly string[]): boolean {
    return symbols.every((symbol, n) => this.peek(n).symbol === symbol);
  }

  isOneOf(symbols: ReadonlySet<string>): boolean {
    const { symbol } = this.token;
    return symbol !== "" && symbols.has(symbol);
  }

  /** Takes all of these if they come next, or nothing. */
  accept(...symbols: readonly string[]): boolean {
    if (symbols.length === 1) {
      if (this.token.symbol !== symbols[0]) return false;
      this.#at++;
      return true;
    }
    if (!this.isAll(...symbols)) return false;
    this.#at += symbols.length;
    return true;
  }

  expect(...symbols: readonly string[]): void {
    for (const symbol of symbols) {
      if (this.token.symbol !== symbol) throw this.unexpected();
      this.#at++;
    }
  }

  /** `item, item, …` */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(",")) items.push(item());
    return items;
  }

  /** `(item, item, …)` */
  parenthesized<T>(item: () => T): T[] {
    this.expect("(");
    const items = this.list(item);
    this.expect(")");
    return items;
  }

  string(): string {
    if (this.token.kind !== "string") throw this.unexpected();
    return this.next().text;
  }

  /** Adjacent strings are one. */
  strings(): string {
    let text = this.string();
    while (this.token.kind === "string") text += this.next().text;
    return text;
  }

  integer(): number {
    if (this.token.kind !== "integer") throw this.unexpected();
    return Number(this.next().text);
  }

  isName(n = 0): boolean {
    const { kind } = this.peek(n);
    return kind === "word" || kind === "quoted";
  }

  /** One part of a name: as written, or IDENTIFIER('text'). */
  name(): string {
    const token = this.token;
    if (token.symbol === "IDENTIFIER" && this.isAt(1, "(") && this.peek(2).kind === "string" && this.isAt(3, ")")) {
      this.#at += 4;
      return this.peek(-2).text;
    }
    if (token.kind !== "word" && token.kind !== "quoted") throw this.unexpected();
    this.#at++;
    return token.text;
  }

  /** A name where no expression can follow: `a-b` without quotes gets an error of its own. */
  strictName(): string {
    const start = this.token.start;
    const name = this.name();
    if (!this.is("-") || !this.isName(1)) return name;
    let ident = name;
    while (this.is("-") && this.isName(1)) {
      this.#at++;
      ident += `-${this.name()}`;
    }
    throw new ParseError("INVALID_IDENTIFIER", { ident }, this.contextOf(start, this.previousEnd));
  }

  /** a.b.c */
  names(): readonly string[] {
    const parts = [this.strictName()];
    while (this.is(".") && this.isName(1)) {
      this.#at++;
      parts.push(this.strictName());
    }
    return parts;
  }

  /** (a, b, c) */
  nameList(): readonly string[] {
    return this.parenthesized(() => this.strictName());
  }

  get previousEnd(): number {
    return this.#at === 0 ? 0 : (this.#tokens[this.#at - 1] as Token).end;
  }

  /** The text from `start` to the last token that was taken. */
  at(start: number): QueryContext {
    return this.contextOf(start, this.previousEnd);
  }

  contextOf(start: number, end: number): QueryContext {
    const starts = (this.#lineStarts ??= lineStartsOf(this.text));
    let line = starts.length;
    while (line > 1 && (starts[line - 1] as number) > start) line--;
    return {
      fragment: this.text.slice(start, end),
      startIndex: start,
      stopIndex: end - 1,
      line,
      column: start - (starts[line - 1] as number),
    };
  }

  /** The same with the line around it: what stands before a misplaced word tells more than the word. */
  #syntaxAt(start: number, end: number): QueryContext {
    const context = this.contextOf(start, end);
    const lineStart = start - (context.column ?? 0);
    const lineEnd = this.text.indexOf("\n", lineStart);
    return { ...context, sourceLine: this.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd) };
  }

  /** PARSE_SYNTAX_ERROR at the current token. */
  unexpected(hint = ""): ParseError {
    const { kind, start, end } = this.token;
    const error = kind === "end" ? "end of input" : `'${this.text.slice(start, end)}'`;
    return new ParseError("PARSE_SYNTAX_ERROR", { error, hint }, this.#syntaxAt(start, end));
  }

  /** An error about the text from `start` to the last token taken. */
  error(errorClass: string, parameters: Parameters, start: number): ParseError {
    return new ParseError(errorClass, parameters, this.#syntaxAt(start, this.previousEnd));
  }

  /** Semicolons may end a text; nothing else may follow. */
  expectEnd(): void {
    while (this.accept(";"));
    if (this.token.kind === "end") return;
    const { start, end } = this.token;
    throw this.unexpected(`: extra input '${this.text.slice(start, end)}'`);
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

function doubleQuotedName(text: string, token: Token): Token {
  return token.kind === "string" && text[token.start] === '"' ? { ...token, kind: "quoted" } : token;
}
