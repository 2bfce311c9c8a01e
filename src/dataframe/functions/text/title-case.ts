/** Small letters, with a capital where a word begins: at the start and after a space. */
export function titleCase(text: string): string {
  return text.toLowerCase().replace(/(?<=^| )\P{M}/gu, upperFirst);
}

const TITLES: Readonly<Record<string, string>> = { ǆ: "ǅ", ǉ: "ǈ", ǌ: "ǋ", ǳ: "ǲ" };

/** Letters whose capital is two have a title form of their own: "ß" is "Ss", "ǆ" is "ǅ". */
function upperFirst(character: string): string {
  const upper = character.toUpperCase();
  if (upper.length === character.length) return TITLES[character] ?? upper;
  return /^\p{Lu}/u.test(upper) ? upper[0] + upper.slice(1).toLowerCase() : upper;
}
