/** JSON as Spark's metadata are: a double is always written as one ("1.0"); Spark does not read an integer as a double. */

const MARK = "\ue000";

/** A finite number that stands as a double in what `jsonText` writes. */
export function jsonDouble(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return `${MARK}${/[.e]/.test(text) ? text : `${text}.0`}${MARK}`;
}

/** As JSON.stringify; what `jsonDouble` gave are numbers. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replaceAll(new RegExp(`"${MARK}(-?[0-9][0-9.e+-]*)${MARK}"`, "g"), "$1");
}
