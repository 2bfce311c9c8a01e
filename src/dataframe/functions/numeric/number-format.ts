/**
 * The formats of to_number and to_char: 9 and 0 digits, . or D the point, `,` or G between thousands, $ a currency, S, MI and
 * PR signs. Text is read by them and numbers are written by them.
 */
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { absolute, bigPowerOfTen, decimalText, normalize, rescale } from "../../types/exact";
import type { Exact } from "../../types/exact";

type Token = "9" | "0" | "," | "." | "$" | "S" | "MI" | "PR" | Unknown;

/** A character that is of no format, refused after all else that may be wrong. */
type Unknown = `character '${string}''`;

export interface NumberFormat {
  readonly tokens: readonly Token[];
  /** Tokens before the point, thousands included, and after it. */
  readonly whole: readonly Token[];
  readonly fraction: readonly Token[];
  readonly precision: number;
  readonly scale: number;
}

/** Throws INVALID_FORMAT.*. */
export function parseNumberFormat(given: string, at?: QueryContext): NumberFormat {
  const text = given.toUpperCase();
  const fail = (reason: string, parameters: Readonly<Record<string, string>> = {}): never => {
    throw new AnalysisError(`INVALID_FORMAT.${reason}`, { format: `'${text}'`, ...parameters }, at);
  };
  if (text === "") fail("EMPTY");
  const tokens = uniformRuns(tokenize(text));
  const digits = tokens.filter(isDigit);
  const has = (token: Token): number => tokens.filter((one) => one === token).length;
  if (has(".") > 1) fail("WRONG_NUM_TOKEN", { token: ". or D" });
  if (has("S") > 1) fail("WRONG_NUM_TOKEN", { token: "S" });
  if (has("$") > 1) fail("WRONG_NUM_TOKEN", { token: "$" });
  if (has("MI") > 1) fail("WRONG_NUM_TOKEN", { token: "MI" });
  if (has("PR") > 1) fail("WRONG_NUM_TOKEN", { token: "PR" });
  if (digits.length === 0) fail("WRONG_NUM_DIGIT");
  const currency = tokens.indexOf("$");
  if (currency >= 0 && tokens.slice(0, currency).some((token) => isDigit(token) || token === ",")) fail("CUR_MUST_BEFORE_DIGIT");
  if (currency >= 0 && tokens.slice(0, currency).includes(".")) fail("CUR_MUST_BEFORE_DEC");
  checkOrder(tokens, fail);
  const point = tokens.indexOf(".");
  const inside = tokens.filter((token) => isDigit(token) || token === ",");
  const whole = point < 0 ? inside : tokens.slice(0, point).filter((token) => isDigit(token) || token === ",");
  const fraction = point < 0 ? [] : tokens.slice(point + 1).filter((token) => isDigit(token) || token === ",");
  if (fraction.includes(",")) fail("THOUSANDS_SEPS_MUST_BEFORE_DEC");
  whole.forEach((token, i) => {
    if (token !== ",") return;
    const before = whole[i - 1];
    const after = whole[i + 1];
    if (before === undefined || after === undefined || before === "," || after === ",") fail("CONT_THOUSANDS_SEPS");
  });
  return {
    tokens,
    whole,
    fraction,
    precision: whole.filter(isDigit).length + fraction.length,
    scale: fraction.length,
  };
}

/** A run of digits is of the kind of its first: "90" is two optional digits, "09" two that must be there. */
function uniformRuns(tokens: readonly Token[]): Token[] {
  let kind: Token | null = null;
  return tokens.map((token) => {
    if (!isDigit(token)) {
      kind = null;
      return token;
    }
    return (kind ??= token);
  });
}

const isDigit = (token: Token): boolean => token === "9" || token === "0";

type Fail = (reason: string, parameters?: Readonly<Record<string, string>>) => never;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < text.length;) {
    const c = text[i] as string;
    const pair = text.slice(i, i + 2);
    if (pair === "MI" || pair === "PR") {
      tokens.push(pair);
      i += 2;
      continue;
    }
    const token = c === "D" ? "." : c === "G" ? "," : c;
    tokens.push("90,.$S".includes(token) ? (token as Token) : `character '${c}''`);
    i++;
  }
  return tokens;
}

/** Signs first or last, MI too; PR last. */
function checkOrder(tokens: readonly Token[], fail: Fail): void {
  const order = (token: Token): string => (isDigit(token) || token === "," ? "digit sequence" : token);
  const form = /^(?:MI|S)?\$?[90,]*\.?[90,]*\$?(?:S|MI|PR)?$/;
  if (form.test(tokens.join(""))) return;
  // The first token that cannot stand where it does.
  for (let n = 1; n <= tokens.length; n++) {
    const part = tokens.slice(0, n).join("");
    if (/^(?:MI|S)?\$?[90,]*\.?[90,]*\$?(?:S|MI|PR)?$/.test(part)) continue;
    fail("UNEXPECTED_TOKEN", { token: order(tokens[n - 1] as Token) });
  }
}

/** The unscaled value at the format's scale; null where the text is not of the format. */
export function readNumber(text: string, format: NumberFormat): Exact | null {
  const { tokens } = format;
  let rest = text.trim();
  let negative = false;
  if (tokens.includes("PR") && rest.startsWith("<") && rest.endsWith(">")) {
    negative = true;
    rest = rest.slice(1, -1);
  }
  const signFirst = tokens[0] === "S" || tokens[0] === "MI";
  const signToken = signFirst ? tokens[0] : tokens.at(-1);
  if (signToken === "S" || signToken === "MI") {
    const marks = signToken === "S" ? "+-" : "-";
    const mark = signFirst ? rest[0] : rest.at(-1);
    if (mark !== undefined && marks.includes(mark)) {
      negative = mark === "-";
      rest = signFirst ? rest.slice(1) : rest.slice(0, -1);
    }
    rest = rest.trim();
  }
  if (tokens.includes("$")) {
    if (!rest.startsWith("$")) return null;
    rest = rest.slice(1);
  }
  const [wholeText = "", fractionText = "", more] = rest.split(".");
  if (more !== undefined || (rest.includes(".") && !tokens.includes("."))) return null;
  const whole = readWhole(wholeText, format.whole);
  if (whole === null || !/^\d*$/.test(fractionText) || fractionText.length > format.scale) return null;
  if (whole === "" && fractionText === "") return null;
  const unscaled = normalize(BigInt(`${whole || "0"}${fractionText.padEnd(format.scale, "0")}`));
  return negative ? normalize(-BigInt(unscaled)) : unscaled;
}

/** From the right: digits where the format has digits, separators where it has them. A 0 at the start asks for as many digits. */
function readWhole(text: string, tokens: readonly Token[]): string | null {
  if (!/^[\d,]*$/.test(text)) return null;
  let digits = "";
  let at = text.length - 1;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const token = tokens[i] as Token;
    if (at < 0) {
      // What is left may only be optional: nines and the separators between them.
      if (tokens.slice(0, i + 1).includes("0")) return null;
      return digits;
    }
    const c = text[at] as string;
    if (token === ",") {
      if (c !== ",") return null;
      at--;
    } else {
      if (c === ",") return null;
      digits = c + digits;
      at--;
    }
  }
  return at < 0 ? digits : null;
}

/** Spaces stand for nines without a digit; `#` for all digits where the number has more than the format. */
export function writeNumber(value: Exact, valueScale: number, format: NumberFormat): string {
  const { tokens, whole, scale } = format;
  const negative = value < 0;
  const places = whole.filter(isDigit).length;
  const unsigned = absolute(value);
  const cut = rescale(unsigned, valueScale, scale, "down");
  const fits = rescale(cut, scale, valueScale, "down") === unsigned && cut < bigPowerOfTen(places + scale);
  const [wholeDigits = "", fractionDigits = ""] = decimalText(cut, scale).split(".");
  const writer = new NumberWriter(
    fits ? (wholeDigits === "0" ? "" : wholeDigits).padStart(places, " ") : "#".repeat(places),
    fits ? fractionDigits : "#".repeat(scale),
  );
  if (tokens.includes("PR") && negative) writer.text += "<";
  for (const token of tokens) writer.put(token, negative);
  return writer.text.endsWith(".") ? `${writer.text.slice(0, -1)} ` : writer.text;
}

class NumberWriter {
  text = "";
  #at = 0;
  #started = false;
  #afterPoint = false;

  constructor(
    readonly whole: string,
    readonly fraction: string,
  ) {}

  put(token: Token, negative: boolean): void {
    switch (token) {
      case "S":
        this.text += negative ? "-" : "+";
        return;
      case "MI":
        this.text += negative ? "-" : " ";
        return;
      case "PR":
        this.text += negative ? ">" : "  ";
        return;
      case "$":
        this.text += "$";
        return;
      case ".":
        // Without digits before the point there is a zero, but not after a sign.
        if (this.text.endsWith(" ")) this.text = `${this.text.slice(0, -1)}0`;
        this.text += ".";
        this.#afterPoint = true;
        this.#at = 0;
        return;
      case ",":
        if (this.#started) this.text += ",";
        else this.#blank();
        return;
      default: {
        const digit = (this.#afterPoint ? this.fraction : this.whole)[this.#at++] ?? "0";
        if (digit === " " && token === "9" && !this.#started) this.#blank();
        else {
          // A sign for a digit that did not fit is none that a separator could follow.
          if (digit !== "#") this.#started = true;
          this.text += digit === " " ? "0" : digit;
        }
      }
    }
  }

  /** Blanks go before a sign. */
  #blank(): void {
    const sign = /[-+<]$/.exec(this.text);
    this.text = sign === null ? `${this.text} ` : `${this.text.slice(0, -1)} ${sign[0]}`;
  }
}
