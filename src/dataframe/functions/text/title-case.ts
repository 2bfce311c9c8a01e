/**
 * Small letters, with a capital where a word begins: Java's and ICU's title case. Letters of the first place take their title form,
 * which is not always the capital ("ǆ" is "ǅ", "ß" is "Ss", Georgian letters stay).
 */

/** Words end at spaces, and begin with whatever comes first. */
export function titleCase(text: string): string {
  return text
    .split(" ")
    .map((word) => titled(word, /^./su, undefined))
    .join(" ");
}

/** Words are ICU's, and begin with their first letter, digit or symbol: "hello-world" is "Hello-World". */
export function titleCaseByWords(text: string, locale: string | undefined): string {
  return Array.from(words.segment(text), ({ segment }) => titled(segment, WORD_START, locale)).join("");
}

const words = new Intl.Segmenter("und", { granularity: "word" });

/** Modifier letters count where they have a case. */
const WORD_START = /(?:(?!\p{Lm})\p{L}|(?=\p{Lm})\p{Cased}|\p{N}|\p{S}|\p{Co})/u;

function titled(word: string, start: RegExp, locale: string | undefined): string {
  const found = start.exec(word);
  if (found === null) return word;
  const [first] = found;
  // A final sigma is told by a letter before it, which here is one that changes nothing else.
  const before = /\p{Cased}/u.test(first) ? "a" : "";
  const rest = (before + word.slice(found.index + first.length)).toLocaleLowerCase(locale ?? ROOT).slice(before.length);
  return word.slice(0, found.index) + titleOf(first, locale) + rest;
}

/** "und" has no rules of its own; without a locale JavaScript would take the machine's. */
const ROOT = "und";

/** Characters of Unicode's category Lt, by their lower case. */
const TITLES: ReadonlyMap<string, string> = new Map(
  Array.from({ length: 0x2000 }, (_, code) => String.fromCharCode(code))
    .filter((character) => /\p{Lt}/u.test(character))
    .map((character) => [character.toLowerCase(), character]),
);

const GEORGIAN = /[\u10d0-\u10ff]/;
const IOTA_BELOW = "\u0345";

function titleOf(character: string, locale: string | undefined): string {
  const title = GEORGIAN.test(character) ? character : TITLES.get(character.toLowerCase());
  if (title !== undefined) return title;
  // Greek capitals lose their accents, but keep them as the first letter of a word.
  const upper = character.toLocaleUpperCase(locale === undefined || locale === "el" ? ROOT : locale);
  if (upper.length === character.length || !/^\p{Lu}/u.test(upper)) return upper;
  const rest = upper.slice(1).toLowerCase();
  return upper[0] + (character.normalize("NFD").includes(IOTA_BELOW) ? rest.replace("ι", IOTA_BELOW) : rest);
}
