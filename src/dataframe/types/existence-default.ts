/** What a column has in rows that were written before it was added to their table, as Spark keeps it in the metadata of fields. */
import type { StructField } from "../../columnar/types";

/** SQL text of a constant. What later rows get where none is given is CURRENT_DEFAULT, which may change. */
export const EXISTS_DEFAULT = "EXISTS_DEFAULT";

/** Null where the column has none: then such rows have NULL. */
export function existenceDefaultOf({ metadata }: StructField): string | null {
  const text = metadata?.[EXISTS_DEFAULT];
  return typeof text === "string" ? text : null;
}
