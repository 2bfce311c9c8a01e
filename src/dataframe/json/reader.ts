/**
 * JSON text as a stream of tokens, with what Spark's options allow beyond the standard. Numbers stay text. Throws JsonFault at the
 * first character that cannot be; what was read before stands.
 */

export interface ReadOptions {
  readonly allowComments: boolean;
  readonly allowUnquotedFieldNames: boolean;
  readonly allowSingleQuotes: boolean;
  readonly allowNumericLeadingZeros: boolean;
  /** NaN, Infinity, -Infinity, +INF, … */
  readonly allowNonNumericNumbers: boolean;
  readonly allowBackslashEscapingAnyCharacter: boolean;
  readonly allowUnquotedControlChars: boolean;
}

export const STRICT: ReadOptions = {
  allowComments: false,
  allowUnquotedFieldNames: false,
  allowSingleQuotes: false,
  allowNumericLeadingZeros: false,
  allowNonNumericNumbers: false,
  allowBackslashEscapingAnyCharacter: false,
  allowUnquotedControlChars: false,
};

/** What get_json_object, json_tuple and their like read: single quotes are fine. */
export const LENIENT: ReadOptions = { ...STRICT, allowSingleQuotes: true };

export type Token =
  "{" | "}" | "[" | "]" | "name" | "string" | "integer" | "float" | "nonNumeric" | "true" | "false" | "null" | "end";

export class JsonFault extends Error {
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
  }
}

const MOST_DEPTH = 1000;

const NON_NUMERIC: Readonly<Record<string, number>> = {
  NaN: NaN,
  Infinity: Infinity,
  "-Infinity": -Infinity,
  "+Infinity": Infinity,
  INF: Infinity,
  "-INF": -Infinity,
  "+INF": Infinity,
};

/** The value of NaN, INF and their like; undefined for other text. */
export function nonNumericValue(text: string): number | undefined {
  return Object.hasOwn(NON_NUMERIC, text) ? NON_NUMERIC[text] : undefined;
}

const enum State {
  Value,
  FirstName,
  FirstItem,
  AfterValue,
  AfterName,
  Done,
}

export class JsonReader {
  /** The token that `next` gave last. */
  token: Token = "end";
  /** The name, string or number of the token. */
  text = "";
  /** Where the token starts and ends in the source. */
  start = 0;
  end = 0;
  #at = 0;
  #state = State.Value;
  /** Open brackets, innermost last. */
  readonly #open: boolean[] = [];

  constructor(
    readonly source: string,
    private readonly options: ReadOptions = STRICT,
  ) {}

  get depth(): number {
    return this.#open.length;
  }

  /** "end" after the value is over; text behind it is not looked at, except by `requireEnd`. */
  next(): Token {
    const token = this.#read();
    this.end = this.#at;
    return (this.token = token);
  }

  /** Nothing but space may follow. */
  requireEnd(): void {
    this.#skipSpace();
    if (this.#at < this.source.length) throw this.#fault("Text behind the value");
  }

  /** On "{" or "[": goes to the bracket that closes it. On a name: to the end of its value. Else nothing. */
  skipChildren(): void {
    if (this.token === "name") this.next();
    if (this.token !== "{" && this.token !== "[") return;
    const depth = this.depth - 1;
    while (this.depth > depth) this.next();
  }

  #read(): Token {
    switch (this.#state) {
      case State.Value:
        return this.#value();
      case State.FirstName:
        this.#skipSpace();
        return this.#peek() === 125 ? this.#close("}") : this.#name();
      case State.FirstItem:
        this.#skipSpace();
        return this.#peek() === 93 ? this.#close("]") : this.#value();
      case State.AfterName:
        return this.#value();
      case State.AfterValue:
        return this.#afterValue();
      case State.Done:
        return "end";
    }
  }

  #peek(): number {
    return this.#at < this.source.length ? this.source.charCodeAt(this.#at) : -1;
  }

  #afterValue(): Token {
    this.#skipSpace();
    const inObject = this.#open[this.#open.length - 1] as boolean;
    const unit = this.#peek();
    if (unit === (inObject ? 125 : 93)) return this.#close(inObject ? "}" : "]");
    if (unit !== 44) throw this.#fault("Expected , or the end of the structure");
    this.#at++;
    this.#skipSpace();
    return inObject ? this.#name() : this.#value();
  }

  #close(token: "}" | "]"): Token {
    this.start = this.#at++;
    this.#open.pop();
    this.#ended();
    return token;
  }

  #ended(): void {
    this.#state = this.#open.length === 0 ? State.Done : State.AfterValue;
  }

  #name(): Token {
    const unit = this.#peek();
    this.start = this.#at;
    if (unit === 34 || (unit === 39 && this.options.allowSingleQuotes)) this.text = this.#quoted(unit);
    else if (this.options.allowUnquotedFieldNames && isNameStart(unit)) {
      while (isNamePart(this.#peek())) this.#at++;
      this.text = this.source.slice(this.start, this.#at);
    } else throw this.#fault("Expected a field name");
    const end = this.#at;
    this.#skipSpace();
    if (this.#peek() !== 58) throw this.#fault("Expected : after a field name");
    this.#at++;
    this.#state = State.AfterName;
    this.end = end;
    return "name";
  }

  #value(): Token {
    this.#skipSpace();
    this.start = this.#at;
    const unit = this.#peek();
    switch (unit) {
      case -1:
        if (this.#state === State.Value && this.depth === 0) {
          this.#state = State.Done;
          return "end";
        }
        throw this.#fault("The text ends inside of a value");
      case 123:
      case 91: {
        this.#at++;
        this.#open.push(unit === 123);
        if (this.#open.length > MOST_DEPTH) throw this.#fault(`Nesting beyond ${MOST_DEPTH} levels`);
        this.#state = unit === 123 ? State.FirstName : State.FirstItem;
        return unit === 123 ? "{" : "[";
      }
      case 34:
        this.text = this.#quoted(34);
        this.#ended();
        return "string";
      case 39:
        if (!this.options.allowSingleQuotes) break;
        this.text = this.#quoted(39);
        this.#ended();
        return "string";
      default:
    }
    const token = unit === 45 || unit === 43 || (unit >= 48 && unit <= 57) ? this.#number() : this.#word();
    this.#ended();
    return token;
  }

  #word(): Token {
    const from = this.#at;
    while (isNamePart(this.#peek())) this.#at++;
    const word = this.source.slice(from, this.#at);
    if (word === "true" || word === "false" || word === "null") {
      this.text = word;
      return word;
    }
    if (this.options.allowNonNumericNumbers && nonNumericValue(word) !== undefined) {
      this.text = word;
      return "nonNumeric";
    }
    this.#at = from;
    throw this.#fault("Not a JSON value");
  }

  #number(): Token {
    const { source } = this;
    const from = this.#at;
    let at = from;
    let unit = source.charCodeAt(at);
    if (unit === 45 || unit === 43) {
      const sign = unit;
      unit = source.charCodeAt(++at);
      if (unit === 73 || unit === 78) {
        this.#at = at;
        while (isNamePart(this.#peek())) this.#at++;
        this.text = source.slice(from, this.#at);
        if (this.options.allowNonNumericNumbers && nonNumericValue(this.text) !== undefined) return "nonNumeric";
        throw this.#fault("Not a number");
      }
      if (sign === 43) throw this.#fault("A number may not start with +");
    }
    const digits = at;
    while (isDigit(source.charCodeAt(at))) at++;
    if (at === digits) throw this.#fault("Not a number");
    if (at - digits > 1 && source.charCodeAt(digits) === 48 && !this.options.allowNumericLeadingZeros) {
      throw this.#fault("A number may not start with 0");
    }
    let token: Token = "integer";
    if (source.charCodeAt(at) === 46) {
      token = "float";
      const fraction = ++at;
      while (isDigit(source.charCodeAt(at))) at++;
      if (at === fraction) throw this.#fault("Digits must follow the point");
    }
    unit = source.charCodeAt(at);
    if (unit === 101 || unit === 69) {
      token = "float";
      unit = source.charCodeAt(++at);
      if (unit === 43 || unit === 45) at++;
      const exponent = at;
      while (isDigit(source.charCodeAt(at))) at++;
      if (at === exponent) throw this.#fault("Digits must follow the exponent");
    }
    if (isNamePart(source.charCodeAt(at))) throw this.#fault("Not a number");
    this.#at = at;
    this.text = source.slice(from, at);
    return token;
  }

  /** The string behind the quote; escapes are resolved. */
  #quoted(quote: number): string {
    const { source } = this;
    const from = ++this.#at;
    let at = from;
    for (; at < source.length; at++) {
      const unit = source.charCodeAt(at);
      if (unit === quote) {
        this.#at = at + 1;
        return source.slice(from, at);
      }
      if (unit === 92) return this.#escaped(quote, from, at);
      if (unit < 32 && !this.options.allowUnquotedControlChars) throw this.#fault("A control character in a string", at);
    }
    throw this.#fault("The text ends inside of a string", at);
  }

  #escaped(quote: number, from: number, backslash: number): string {
    const { source } = this;
    let text = source.slice(from, backslash);
    let at = backslash;
    while (at < source.length) {
      const unit = source.charCodeAt(at);
      if (unit === quote) {
        this.#at = at + 1;
        return text;
      }
      if (unit < 32 && !this.options.allowUnquotedControlChars) throw this.#fault("A control character in a string", at);
      if (unit !== 92) {
        let run = at + 1;
        for (; run < source.length; run++) {
          const other = source.charCodeAt(run);
          if (other === quote || other === 92 || other < 32) break;
        }
        text += source.slice(at, run);
        at = run;
        continue;
      }
      const escape = source[at + 1];
      if (escape === "u") {
        const hex = source.slice(at + 2, at + 6);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#fault("Not a character's code", at);
        text += String.fromCharCode(parseInt(hex, 16));
        at += 6;
        continue;
      }
      const resolved = escape === undefined ? undefined : ESCAPES[escape];
      if (resolved !== undefined) text += resolved;
      else if (escape !== undefined && (this.options.allowBackslashEscapingAnyCharacter || (escape === "'" && quote === 39))) {
        text += escape;
      } else throw this.#fault("Not an escape", at);
      at += 2;
    }
    throw this.#fault("The text ends inside of a string", at);
  }

  #skipSpace(): void {
    for (;;) {
      const unit = this.#peek();
      if (unit === 32 || unit === 10 || unit === 13 || unit === 9) this.#at++;
      else if (unit === 0xfeff && this.#at === 0) this.#at++;
      else if (unit === 47 && this.options.allowComments) this.#comment();
      else return;
    }
  }

  #comment(): void {
    const { source } = this;
    const second = source[this.#at + 1];
    const end = second === "*" ? source.indexOf("*/", this.#at + 2) : second === "/" ? source.indexOf("\n", this.#at) : -2;
    if (end === -2 || (end === -1 && second === "*")) throw this.#fault("Not a comment");
    this.#at = end === -1 ? source.length : second === "*" ? end + 2 : end + 1;
  }

  #fault(message: string, position = this.#at): JsonFault {
    return new JsonFault(message, position);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}

function isNameStart(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit === 95 || unit === 36 || unit > 127;
}

function isNamePart(unit: number): boolean {
  return isNameStart(unit) || isDigit(unit) || unit === 45;
}
