/** What generated code knows by the name `R`. */
import { boxedReader } from "../../columnar/batch";
import * as bytes from "./bytes";
import * as dates from "./dates";
import { memo } from "./dictionary-memo";
import * as integers from "./integers";
import { contentKey } from "./content-key";

/** The place (0-based, in characters) where substring(text, position) begins; negative before the text. */
function substringFrom(text: Uint8Array, start: number, end: number, position: number): number {
  if (position > 0) return position - 1;
  return position === 0 ? 0 : bytes.characterLength(text, start, end) + position;
}

export const runtime: Readonly<Record<string, unknown>> = {
  ...bytes,
  ...dates,
  ...integers,
  boxedReader,
  contentKey,
  memo,
  substringFrom,
};
