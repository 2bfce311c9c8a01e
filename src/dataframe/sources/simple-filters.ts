/** Filters of the simplest form, a column against values: what sources outside of files can be asked. */
import type { Boxed, DataType } from "../../columnar/types";
import type { Attribute, Expression } from "../expressions/expression";
import type { ScanColumn } from "./data-source";
import type { Relation } from "./relation";

export type FilterOperator = "=" | "<=>" | "<" | "<=" | ">" | ">=" | "in" | "startsWith" | "isNull" | "isNotNull";

export interface SimpleFilter {
  /** By its name in the relation. */
  readonly column: string;
  readonly type: DataType;
  readonly operator: FilterOperator;
  /** One value, several for "in", none for "isNull" and "isNotNull". Never null. */
  readonly values: readonly Boxed[];
}

const COMPARISONS: Readonly<Record<string, readonly [FilterOperator, FilterOperator]>> = {
  "=": ["=", "="],
  "==": ["=", "="],
  "<=>": ["<=>", "<=>"],
  "<": ["<", ">"],
  "<=": ["<=", ">="],
  ">": [">", "<"],
  ">=": [">=", "<="],
};

/** Null where the filter has another form. `nameOf`: the relation's column that an attribute is. */
export function simpleFilter(filter: Expression, nameOf: (attribute: Attribute) => string | null): SimpleFilter | null {
  if (filter.kind === "attribute") return made(filter, "=", [true], nameOf);
  if (filter.kind !== "call") return null;
  const [first, second] = filter.args;
  switch (filter.fn) {
    case "not":
      return first?.kind === "attribute" ? made(first, "=", [false], nameOf) : null;
    case "isnull":
    case "isnotnull":
      return first?.kind === "attribute" ? made(first, filter.fn === "isnull" ? "isNull" : "isNotNull", [], nameOf) : null;
    case "in": {
      const values = filter.args.slice(1).map((item) => (item.kind === "literal" ? item.value : null));
      return first?.kind === "attribute" && !values.includes(null) ? made(first, "in", values, nameOf) : null;
    }
    case "startswith":
      return first?.kind === "attribute" && second?.kind === "literal" ? made(first, "startsWith", [second.value], nameOf) : null;
    default: {
      const operators = COMPARISONS[filter.fn];
      if (operators === undefined) return null;
      if (first?.kind === "attribute" && second?.kind === "literal") return made(first, operators[0], [second.value], nameOf);
      if (second?.kind === "attribute" && first?.kind === "literal") return made(second, operators[1], [first.value], nameOf);
      return null;
    }
  }
}

function made(
  attribute: Attribute,
  operator: FilterOperator,
  values: readonly Boxed[],
  nameOf: (attribute: Attribute) => string | null,
): SimpleFilter | null {
  const column = nameOf(attribute);
  return column === null || values.includes(null) ? null : { column, type: attribute.type, operator, values };
}

/** The filters of a scan that have the simple form. */
export function simpleFilters(
  pushed: readonly Expression[],
  relation: Relation,
  columns: readonly ScanColumn[],
): readonly SimpleFilter[] {
  return pushed.flatMap((filter) => {
    const simple = simpleFilter(filter, (attribute) => columnNamed(attribute, relation, columns));
    return simple === null ? [] : [simple];
  });
}

function columnNamed(attribute: Attribute, relation: Relation, columns: readonly ScanColumn[]): string | null {
  const scanned = columns.find((column) => column.attribute.id === attribute.id);
  const path = scanned?.path ?? [attribute.name];
  const [name] = path;
  return path.length === 1 && relation.schema.fields.some((field) => field.name === name) ? name! : null;
}
