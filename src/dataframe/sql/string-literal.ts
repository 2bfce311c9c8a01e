/** What stands between the quotes of a string literal, as a value. */

const ESCAPES: Readonly<Record<string, string>> = {
  "0": "\0",
  b: "\b",
  n: "\n",
  r: "\r",
  t: "\t",
  Z: "\x1a",
  // The patterns of LIKE keep these escapes.
  "%": "\\%",
  _: "\\_",
};

/** Backslash escapes, code points as \u0041, \U00000041 and \101, and doubled quotes. */
export function unescapeString(inner: string, quote: string): string {
  let out = "";
  for (let i = 0; i < inner.length; i++) {
    const character = inner[i] as string;
    if (character === quote) {
      out += quote;
      i++;
      continue;
    }
    if (character !== "\\" || i + 1 === inner.length) {
      out += character;
      continue;
    }
    const next = inner[i + 1] as string;
    const code = codePointEscape(inner, i + 1);
    if (code !== null) {
      out += code.text;
      i += code.length;
      continue;
    }
    out += ESCAPES[next] ?? next;
    i++;
  }
  return out;
}

function codePointEscape(inner: string, at: number): { text: string; length: number } | null {
  const rest = inner.slice(at, at + 9);
  const short = /^u([0-9a-fA-F]{4})/.exec(rest);
  if (short !== null) return { text: String.fromCharCode(parseInt(short[1] as string, 16)), length: 5 };
  const long = /^U([0-9a-fA-F]{8})/.exec(rest);
  if (long !== null) {
    const code = parseInt(long[1] as string, 16);
    return code <= 0x10ffff ? { text: String.fromCodePoint(code), length: 9 } : null;
  }
  const octal = /^[01][0-7]{2}/.exec(rest);
  return octal === null ? null : { text: String.fromCharCode(parseInt(octal[0], 8)), length: 3 };
}
