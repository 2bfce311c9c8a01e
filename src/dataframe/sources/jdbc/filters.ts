/** Filters of a scan as SQL. What cannot be said there is left out: the engine looks at every row again, unless all was said. */
import type { SimpleFilter } from "../simple-filters";
import type { Dialect } from "./dialect";

export function filterSql(filter: SimpleFilter, comparable: readonly string[], dialect: Dialect): string | null {
  const { column, type, operator, values } = filter;
  const name = dialect.quoted(column);
  if (operator === "isNull" || operator === "isNotNull") return `${name} IS ${operator === "isNull" ? "" : "NOT "}NULL`;
  if (!comparable.includes(column)) return null;
  const literals = values.map((value) => dialect.literal(value, type));
  if (literals.includes(null)) return null;
  switch (operator) {
    case "in":
      return `${dialect.compared(name, type, "IN")} IN (${literals.join(", ")})`;
    case "startsWith":
      // The end of the range would need the next string; what starts with it is not before it.
      return `${dialect.compared(name, type, ">=")} >= ${literals[0]!}`;
    case "<=>":
      return `${name} = ${literals[0]!}`;
    default:
      return `${dialect.compared(name, type, operator)} ${operator} ${literals[0]!}`;
  }
}
