/**
 * Java's regular expressions as JavaScript's. What is written differently is rewritten; what JavaScript has not (possessive
 * quantifiers, atomic groups) is put together from lookaheads, and so groups may change their numbers: `groups` maps them.
 * Refused: \G, \X, \N{…}, blocks (\p{InGreek}), canonical equivalence.
 */
import { QueryError } from "../../errors";

export interface JavaPattern {
  /** Flags "gv" and what the pattern's own flags add. */
  readonly regex: RegExp;
  /** JavaScript's number for each of Java's groups, 0 first. */
  readonly groups: readonly number[];
  readonly names: ReadonlyMap<string, number>;
}

const cache = new Map<string, JavaPattern>();
const CACHED = 256;

/** Throws INVALID_PARAMETER_VALUE.PATTERN with the function's name. */
export function javaPattern(pattern: string, functionName: string): JavaPattern {
  let compiled = cache.get(pattern);
  if (compiled === undefined) {
    try {
      compiled = new Translator(pattern).translate();
    } catch (error) {
      throw new QueryError(
        "INVALID_PARAMETER_VALUE.PATTERN",
        { parameter: "`regexp`", functionName: `\`${functionName}\``, value: `'${pattern}'` },
        undefined,
        { cause: error },
      );
    }
    if (cache.size >= CACHED) cache.clear();
    cache.set(pattern, compiled);
  }
  return compiled;
}

const TERMINATORS = "\\n\\r\\u0085\\u2028\\u2029";
const ANY = "[\\s\\S]";
const END = `(?!${ANY})`;
const START = `(?<!${ANY})`;

/** Classes in the form of a set's inside, for both [ ] and alone. */
const ESCAPES: Readonly<Record<string, string>> = {
  d: "0-9",
  w: "a-zA-Z_0-9",
  s: " \\t\\n\\x0B\\f\\r",
  h: " \\xA0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000",
  v: "\\n\\x0B\\f\\r\\x85\\u2028\\u2029",
};

const POSIX: Readonly<Record<string, string>> = {
  Lower: "a-z",
  Upper: "A-Z",
  ASCII: "\\x00-\\x7F",
  Alpha: "a-zA-Z",
  Digit: "0-9",
  Alnum: "a-zA-Z0-9",
  Punct: "!-\\/:-@\\[-`\\{-~",
  Graph: "!-~",
  Print: " -~",
  Blank: " \\t",
  Cntrl: "\\x00-\\x1F\\x7F",
  XDigit: "0-9a-fA-F",
  Space: " \\t\\n\\x0B\\f\\r",
  javaLowerCase: "\\p{Lowercase}",
  javaUpperCase: "\\p{Uppercase}",
  javaWhitespace: "\\s",
  javaLetter: "\\p{L}",
  javaDigit: "\\p{Nd}",
  javaLetterOrDigit: "\\p{L}\\p{Nd}",
  L1: "\\x00-\\xFF",
};

const BINARY_PROPERTIES = new Set(["alphabetic", "ideographic", "lowercase", "uppercase", "white_space", "hex_digit", "emoji"]);
const BINARY_NAMES: Readonly<Record<string, string>> = {
  alphabetic: "Alphabetic",
  ideographic: "Ideographic",
  lowercase: "Lowercase",
  uppercase: "Uppercase",
  white_space: "White_Space",
  hex_digit: "Hex_Digit",
  emoji: "Emoji",
};

interface Flags {
  readonly i: boolean;
  readonly s: boolean;
  readonly m: boolean;
  readonly x: boolean;
}

class Translator {
  #at = 0;
  #flags: Flags = { i: false, s: false, m: false, x: false };
  #jsGroups = 0;
  readonly #groups: number[] = [0];
  readonly #names = new Map<string, number>();
  /** The whole pattern is case-insensitive: the flag of the RegExp does it. */
  #allI = false;

  constructor(readonly pattern: string) {}

  translate(): JavaPattern {
    this.#leadingFlags();
    const source = this.#alternatives();
    if (this.#at < this.pattern.length) throw new SyntaxError("Unmatched closing ')'");
    return {
      regex: new RegExp(source, this.#allI ? "giv" : "gv"),
      groups: this.#groups,
      names: this.#names,
    };
  }

  #leadingFlags(): void {
    const match = /^\(\?([a-zA-Z]+)\)/.exec(this.pattern);
    if (match === null) return;
    this.#setFlags(match[1] as string);
    this.#at = match[0].length;
    if (this.#flags.i) {
      this.#allI = true;
      this.#flags = { ...this.#flags, i: false };
    }
  }

  #setFlags(letters: string): void {
    let on = true;
    const flags: Record<string, boolean> = { ...this.#flags };
    for (const letter of letters) {
      if (letter === "-") on = false;
      else if ("ismx".includes(letter)) flags[letter] = on;
      else if (!"uUd".includes(letter)) throw new SyntaxError(`Unknown inline modifier ${letter}`);
    }
    this.#flags = flags as unknown as Flags;
  }

  #alternatives(): string {
    let out = "";
    for (;;) {
      out += this.#sequence();
      if (this.pattern[this.#at] !== "|") return out;
      this.#at++;
      out += "|";
    }
  }

  #sequence(): string {
    let out = "";
    while (this.#at < this.pattern.length) {
      const c = this.pattern[this.#at] as string;
      if (c === "|" || c === ")") break;
      if (this.#flags.x && this.#comment(c)) continue;
      const groupsBefore = this.#jsGroups;
      const atom = this.#atom();
      out += this.#quantified(atom, groupsBefore);
    }
    return out;
  }

  #comment(c: string): boolean {
    if (/\s/.test(c)) {
      this.#at++;
      return true;
    }
    if (c !== "#") return false;
    const end = this.pattern.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.pattern.length : end + 1;
    return true;
  }

  #quantified(atom: string, groupsBefore: number): string {
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.pattern.slice(this.#at));
    if (match === null) {
      if (this.pattern[this.#at] === "{") throw new SyntaxError("Illegal repetition");
      return atom;
    }
    if (atom === "") throw new SyntaxError(`Dangling meta character '${match[0]}'`);
    this.#at += match[0].length;
    const next = this.pattern[this.#at];
    if (next === "?") {
      this.#at++;
      return `${atom}${match[0]}?`;
    }
    if (next !== "+") return `${atom}${match[0]}`;
    this.#at++;
    return this.#atomic(`${atom}${match[0]}`, groupsBefore);
  }

  /** What a lookahead has matched is not tried again. Its group comes before the groups inside of it. */
  #atomic(body: string, groupsBefore: number): string {
    for (let i = 0; i < this.#groups.length; i++) {
      if ((this.#groups[i] as number) > groupsBefore) this.#groups[i] = (this.#groups[i] as number) + 1;
    }
    this.#jsGroups++;
    const shifted = body.replace(/\(\?:\\(\d+)\)/g, (text, n: string) =>
      Number(n) > groupsBefore ? `(?:\\${Number(n) + 1})` : text,
    );
    return `(?:(?=(${shifted}))(?:\\${groupsBefore + 1}))`;
  }

  #atom(): string {
    const c = this.#next();
    switch (c) {
      case "(":
        return this.#group();
      case "[":
        return this.#set();
      case ".":
        return this.#flags.s ? ANY : `[^${TERMINATORS}]`;
      case "^":
        return this.#flags.m ? `(?<![^${TERMINATORS}])` : START;
      case "$":
        return this.#flags.m ? `(?![^${TERMINATORS}])` : `(?=(?:\\r\\n|[${TERMINATORS}])?${END})`;
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw new SyntaxError(`Dangling meta character '${c}'`);
      case "{":
        throw new SyntaxError("Illegal repetition");
      default:
        return this.#literal(c);
    }
  }

  #next(): string {
    const code = this.pattern.codePointAt(this.#at);
    if (code === undefined) throw new SyntaxError("Unexpected end of pattern");
    const c = String.fromCodePoint(code);
    this.#at += c.length;
    return c;
  }

  #literal(c: string): string {
    if (this.#flags.i && /[a-zA-Z]/.test(c)) return `[${c.toLowerCase()}${c.toUpperCase()}]`;
    return quote(c);
  }

  #group(): string {
    const rest = this.pattern.slice(this.#at);
    if (!rest.startsWith("?")) return this.#capture("");
    const name = /^\?<([a-zA-Z][a-zA-Z0-9]*)>/.exec(rest);
    if (name !== null) {
      this.#at += name[0].length;
      return this.#capture(name[1] as string);
    }
    const look = /^\?(?:<?[=!]|:|>)/.exec(rest);
    const flags = this.#flags;
    if (look !== null) {
      this.#at += look[0].length;
      const before = this.#jsGroups;
      const body = this.#alternatives();
      this.#close();
      this.#flags = flags;
      return look[0] === "?>" ? this.#atomic(body, before) : `(${look[0]}${body})`;
    }
    const inline = /^\?([a-zA-Z]*(?:-[a-zA-Z]+)?)([:)])/.exec(rest);
    if (inline === null) throw new SyntaxError("Unknown group type");
    this.#at += inline[0].length;
    this.#setFlags(inline[1] as string);
    // Until the end of the group around it.
    if (inline[2] === ")") {
      const body = this.#alternatives();
      return `(?:${body})`;
    }
    const body = this.#alternatives();
    this.#close();
    this.#flags = flags;
    return `(?:${body})`;
  }

  #capture(name: string): string {
    const number = ++this.#jsGroups;
    this.#groups.push(number);
    if (name !== "") this.#names.set(name, this.#groups.length - 1);
    const flags = this.#flags;
    const body = this.#alternatives();
    this.#close();
    this.#flags = flags;
    return `(${body})`;
  }

  #close(): void {
    if (this.pattern[this.#at] !== ")") throw new SyntaxError("Unclosed group");
    this.#at++;
  }

  #escape(): string {
    const c = this.#next();
    switch (c) {
      case "A":
        return START;
      case "z":
        return END;
      case "Z":
        return `(?=(?:\\r\\n|[${TERMINATORS}])?${END})`;
      case "b":
      case "B":
        return `\\${c}`;
      case "R":
        return "(?:\\r\\n|[\\n\\x0B\\f\\r\\x85\\u2028\\u2029])";
      case "Q":
        return this.#quotedText()
          .map((one) => this.#literal(one))
          .join("");
      case "E":
        return "";
      case "k": {
        const match = /^<([a-zA-Z][a-zA-Z0-9]*)>/.exec(this.pattern.slice(this.#at));
        const group = match === null ? undefined : this.#names.get(match[1] as string);
        if (group === undefined) throw new SyntaxError("Unknown named group");
        this.#at += (match as RegExpExecArray)[0].length;
        return `(?:\\${this.#groups[group]})`;
      }
      default:
        if (/[1-9]/.test(c)) return this.#backReference(c);
        return this.#escapedCharacter(c, false);
    }
  }

  #backReference(first: string): string {
    let digits = first;
    while (/\d/.test(this.pattern[this.#at] ?? "") && Number(digits + this.pattern[this.#at]) < this.#groups.length) {
      digits += this.pattern[this.#at++];
    }
    const group = this.#groups[Number(digits)];
    // A group that is not there yet never matches.
    return group === undefined ? "(?!)" : `(?:\\${group})`;
  }

  #quotedText(): string[] {
    const end = this.pattern.indexOf("\\E", this.#at);
    const text = this.pattern.slice(this.#at, end < 0 ? undefined : end);
    this.#at = end < 0 ? this.pattern.length : end + 2;
    return Array.from(text);
  }

  /** A character or class after a backslash, alone or inside a set. */
  #escapedCharacter(c: string, inSet: boolean): string {
    const lower = c.toLowerCase();
    if (c in ESCAPES) return inSet ? (ESCAPES[c] as string) : `[${ESCAPES[c]}]`;
    if (lower in ESCAPES && c !== lower) return `[^${ESCAPES[lower]}]`;
    if (lower === "p") return this.#property(c === "P", inSet);
    const code = this.#characterCode(c);
    if (code !== null) return inSet ? quote(String.fromCodePoint(code)) : this.#literal(String.fromCodePoint(code));
    if (/[a-zA-Z]/.test(c)) throw new SyntaxError(`Illegal/unsupported escape sequence \\${c}`);
    return inSet ? quote(c) : this.#literal(c);
  }

  #characterCode(c: string): number | null {
    const take = (form: RegExp): string => {
      const match = form.exec(this.pattern.slice(this.#at));
      if (match === null) throw new SyntaxError("Illegal escape sequence");
      this.#at += match[0].length;
      return match[1] as string;
    };
    switch (c) {
      case "t":
        return 9;
      case "n":
        return 10;
      case "r":
        return 13;
      case "f":
        return 12;
      case "a":
        return 7;
      case "e":
        return 27;
      case "c":
        return (this.#next().codePointAt(0) as number) ^ 64;
      case "0":
        return parseInt(take(/^([0-3]?[0-7]{1,2})/), 8);
      case "x":
        return this.pattern[this.#at] === "{"
          ? parseInt(take(/^\{([0-9a-fA-F]+)\}/), 16)
          : parseInt(take(/^([0-9a-fA-F]{2})/), 16);
      case "u":
        return parseInt(take(/^([0-9a-fA-F]{4})/), 16);
      default:
        return null;
    }
  }

  #property(negated: boolean, inSet: boolean): string {
    let name = this.#next();
    if (name === "{") {
      const end = this.pattern.indexOf("}", this.#at);
      if (end < 0) throw new SyntaxError("Unclosed character family");
      name = this.pattern.slice(this.#at, end);
      this.#at = end + 1;
    }
    const inside = propertySet(name);
    if (negated) return `[^${inside}]`;
    return inSet ? inside : `[${inside}]`;
  }

  /** After "[": unions and intersections, nested as Java nests them. */
  #set(): string {
    const negated = this.pattern[this.#at] === "^";
    if (negated) this.#at++;
    const operands: string[] = [];
    let union = "";
    let first = true;
    for (;;) {
      if (this.#at >= this.pattern.length) throw new SyntaxError("Unclosed character class");
      const c = this.pattern[this.#at] as string;
      if (c === "]" && !first) {
        this.#at++;
        break;
      }
      first = false;
      if (c === "[") {
        this.#at++;
        union += this.#set();
      } else if (this.pattern.startsWith("&&", this.#at)) {
        this.#at += 2;
        if (union !== "") operands.push(`[${union}]`);
        union = "";
      } else {
        union += this.#setItem();
      }
    }
    if (union !== "") operands.push(operands.length === 0 ? union : `[${union}]`);
    return `[${negated ? "^" : ""}${operands.join("&&")}]`;
  }

  #setItem(): string {
    const start = this.#setCharacter();
    if (start.length > 1 && typeof start !== "string") return start;
    if (this.pattern[this.#at] !== "-" || /^-(?:\]|\[|&&)/.test(this.pattern.slice(this.#at))) return this.#setLetter(start);
    if (isClass(start)) return start;
    this.#at++;
    const end = this.#setCharacter();
    const range = `${start}-${end}`;
    if (!this.#flags.i) return range;
    const [low, high] = [start, end];
    const letters = /^[a-zA-Z]$/;
    return letters.test(low) && letters.test(high)
      ? `${low.toLowerCase()}-${high.toLowerCase()}${low.toUpperCase()}-${high.toUpperCase()}`
      : range;
  }

  #setLetter(item: string): string {
    return this.#flags.i && /^[a-zA-Z]$/.test(item) ? item.toLowerCase() + item.toUpperCase() : item;
  }

  #setCharacter(): string {
    const c = this.#next();
    if (c !== "\\") return quote(c);
    const escaped = this.#next();
    if (escaped === "Q") return this.#quotedText().map(quote).join("");
    return this.#escapedCharacter(escaped, true);
  }
}

function isClass(item: string): boolean {
  return item.startsWith("[") || item.startsWith("\\p") || (item.length > 2 && item.includes("-"));
}

function propertySet(name: string): string {
  const posix = POSIX[name];
  if (posix !== undefined) return posix;
  if (name.startsWith("In")) throw new SyntaxError(`Blocks are not supported: ${name}`);
  const script = /^(?:script|sc)=(\w+)$/i.exec(name);
  if (script !== null) return `\\p{Script=${script[1]}}`;
  const category = /^(?:general_category|gc)=(\w+)$/i.exec(name);
  if (category !== null) return `\\p{${category[1]}}`;
  if (name.startsWith("Is")) {
    const rest = name.slice(2);
    if (BINARY_PROPERTIES.has(rest.toLowerCase())) return `\\p{${BINARY_NAMES[rest.toLowerCase()]}}`;
    if (rest.length <= 2) return `\\p{${rest}}`;
    if (rest in POSIX) return POSIX[rest] as string;
    return `\\p{Script=${rest[0]?.toUpperCase()}${rest.slice(1).toLowerCase()}}`;
  }
  return `\\p{${name}}`;
}

/** A character as itself, inside of sets and outside. */
function quote(c: string): string {
  return /[\\^$.*+?()[\]{}|/\-&!#%,:;<=>@`~]/.test(c) ? escapeMark(c) : c;
}

function escapeMark(c: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : `\\u{${(c.codePointAt(0) as number).toString(16)}}`;
}

/** Java's replacement text: $1, ${name}, and \ before a character that is itself. */
export function javaReplacement(text: string, pattern: JavaPattern): (match: RegExpExecArray) => string {
  const parts: (string | number)[] = [];
  const count = pattern.groups.length - 1;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === "\\") {
      i++;
      if (i === text.length) throw illegalReplacement("character to be escaped is missing");
      parts.push(text[i] as string);
    } else if (c === "$") {
      const name = /^\{([a-zA-Z][a-zA-Z0-9]*)\}/.exec(text.slice(i + 1));
      if (name !== null) {
        const group = pattern.names.get(name[1] as string);
        if (group === undefined) throw illegalReplacement(`No group with name {${name[1]}}`);
        parts.push(group);
        i += name[0].length;
        continue;
      }
      if (!/\d/.test(text[i + 1] ?? "")) throw illegalReplacement("Illegal group reference");
      let group = Number(text[++i]);
      if (group > count) throw illegalReplacement(`No group ${group}`);
      while (/\d/.test(text[i + 1] ?? "") && group * 10 + Number(text[i + 1]) <= count) group = group * 10 + Number(text[++i]);
      parts.push(group);
    } else {
      parts.push(c);
    }
  }
  if (parts.every((part) => typeof part === "string")) {
    const whole = parts.join("");
    return () => whole;
  }
  return (match) =>
    parts.map((part) => (typeof part === "string" ? part : (match[pattern.groups[part] as number] ?? ""))).join("");
}

function illegalReplacement(reason: string): QueryError {
  return new QueryError("INVALID_REGEXP_REPLACE", { replacement: reason });
}

/** The first of the matches that Matcher.find gives; null where there is none. */
export function firstMatch(regex: RegExp, text: string): RegExpExecArray | null {
  regex.lastIndex = 0;
  return regex.exec(text);
}

/** The match after another, as Matcher.find gives it: after an empty one it moves on by a character. */
export function nextMatch(regex: RegExp, text: string, match: RegExpExecArray): RegExpExecArray | null {
  const { index } = match;
  const { length } = match[0];
  const at = length > 0 ? index + length : index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);
  if (at > text.length) return null;
  regex.lastIndex = at;
  return regex.exec(text);
}

/** All matches, as Matcher.find gives them. */
export function* javaMatches({ regex }: JavaPattern, text: string): Generator<RegExpExecArray> {
  for (let match = firstMatch(regex, text); match !== null; match = nextMatch(regex, text, match)) yield match;
}
