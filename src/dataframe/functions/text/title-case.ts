/** Small letters, with a capital where a word begins: at the start and after a space. */
export function titleCase(text: string): string {
  return text.toLowerCase().replace(/(^| )(\P{M})/gu, (_, before: string, first: string) => before + upperFirst(first));
}

/** Letters whose capital is two letters have a title form of their own ("ß" is "Ss", "ŉ" is "ʼN"). */
function upperFirst(character: string): string {
  const upper = character.toUpperCase();
  return upper.length > character.length ? upper[0] + upper.slice(1).toLowerCase() : upper;
}
