/** Widths of text in the page's own font, by a canvas that is not in the page. */
import { fitText } from "../lib/fit-text";

let context: CanvasRenderingContext2D | null | undefined;
let family = "";
/** By font, width and text: graphs are drawn again with each event. */
const known = new Map<string, string>();
const MOST_KNOWN = 4000;

/** `text` shortened to `width` px in the page's font. @param size px. @param weight as in CSS. */
export function fitted(text: string, width: number, size: number, weight = 400): string {
  const key = `${size} ${weight} ${width} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (context === undefined) {
    context = document.createElement("canvas").getContext("2d");
    family = getComputedStyle(document.body).fontFamily;
  }
  const drawing = context;
  if (drawing === null) return text;
  drawing.font = `${weight} ${size}px ${family}`;
  const shown = fitText(text, width, (part) => drawing.measureText(part).width);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, shown);
  return shown;
}
