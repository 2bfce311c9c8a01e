/** json_tuple: fields of an object as strings. */
import { JsonFault, JsonReader, LENIENT } from "./reader";
import { copiedValue } from "./text";

/** Nulls for what is missing; all nulls where the text is no JSON object. The first field of a name counts, unless it is null. */
export function jsonTuple(text: string | null, names: readonly (string | null)[]): (string | null)[] {
  const values: (string | null)[] = names.map(() => null);
  if (text === null) return values;
  const reader = new JsonReader(text, LENIENT);
  try {
    if (reader.next() !== "{") return values;
    while (reader.next() === "name") {
      const name = reader.text;
      const token = reader.next();
      const wanted = names.some((one, i) => one === name && values[i] === null);
      if (!wanted || token === "null") {
        reader.skipChildren();
        continue;
      }
      const value = token === "string" ? reader.text : copiedValue(reader);
      names.forEach((one, i) => {
        if (one === name && values[i] === null) values[i] = value;
      });
      if (values.every((one) => one !== null)) return values;
    }
    return values;
  } catch (error) {
    if (error instanceof JsonFault) return names.map(() => null);
    throw error;
  }
}
