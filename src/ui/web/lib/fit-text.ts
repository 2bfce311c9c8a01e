/** Text for a given width: fonts differ from machine to machine, so that a number of characters says little. */

/** Width of a text, px. */
export type Measure = (text: string) => number;

/** `text`, or as much of its beginning as is at most `width` px wide with an ellipsis after it. */
export function fitText(text: string, width: number, measure: Measure): string {
  if (measure(text) <= width) return text;
  let [fits, tooMany] = [0, text.length];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (measure(`${text.slice(0, middle)}…`) <= width) fits = middle;
    else tooMany = middle;
  }
  return `${text.slice(0, fits).trimEnd()}…`;
}
