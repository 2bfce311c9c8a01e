/** Column: an expression over the columns of a DataFrame, to be given a meaning when it is used. */
import { inspect } from "node:util";
import type { DataType } from "../../columnar/types";
import { TRAVEL } from "../../columnar";
import { UsageError } from "../../common/errors";
import { parseType } from "../sql/parse-type";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { refuse, refusePlainly } from "./check";
import { expressionText } from "./expression-text";
import { literalOf, stringLiteral } from "./literal";
import { parseOptions } from "./parse-options";
import type { WindowSpec } from "./window";

/** A column, or the name of one. */
export type ColumnOrName = Column | string;

/** What stands beside a column in an operator: another column, or a value that becomes a literal. */
export type ColumnOrValue = unknown;

/** A type, or its text: "decimal(10,2)". */
export type TypeOrText = DataType | string;

/** The expression of a column; other values become literals. */
export function valueExpression(value: unknown): UnresolvedExpression {
  return value instanceof Column ? value.expression : literalOf(value);
}

/** The expression of a column or of the column with that name; other values become literals. */
export function columnExpression(value: unknown): UnresolvedExpression {
  return typeof value === "string" ? nameExpression(value) : valueExpression(value);
}

/** As columnExpression, of nothing but columns and names: what a misspelt property gave does not become NULL unseen. */
export function checkedColumn(call: string, value: unknown): UnresolvedExpression {
  if (value instanceof Column) return value.expression;
  return typeof value === "string" ? nameExpression(value) : refuse(`${call}: a column`, "a Column or a name", value);
}

/** The expression of a Column, and of nothing else. */
export function checkedExpression(what: string, value: unknown): UnresolvedExpression {
  return value instanceof Column ? value.expression : refuse(what, "a Column", value);
}

/** `a.b.c`, `t.*`, and parts in back quotes. */
export function nameExpression(name: string): UnresolvedExpression {
  const parts = nameParts(name);
  if (parts.at(-1) === "*" && !name.endsWith("`")) return { kind: "star", qualifier: parts.slice(0, -1), except: [] };
  return { kind: "name", parts };
}

/** Splits at points outside of back quotes; a doubled back quote within them stands for one. */
export function nameParts(name: string): readonly string[] {
  if (typeof name !== "string") return refuse("The name of a column or table", "a string", name);
  if (!name.includes("`")) return name.split(".");
  const parts: string[] = [];
  const part = /(?:`((?:[^`]|``)*)`|([^.`]*))(\.|$)/y;
  do {
    const match = part.exec(name);
    if (match === null)
      throw new UsageError("INVALID_ATTRIBUTE_NAME_SYNTAX", `${name} is not the name of a column: check its back quotes.`);
    parts.push(match[1] === undefined ? match[2]! : match[1].replaceAll("``", "`"));
    if (match[3] === "") return parts;
  } while (part.lastIndex <= name.length);
  return parts;
}

export function typeOf(type: TypeOrText): DataType {
  if (typeof type === "string") return parseType(type, parseOptions());
  if (typeof (type as Partial<DataType> | null | undefined)?.kind !== "string")
    return refusePlainly("A type", 'a DataType or text such as "int"', type);
  return type;
}

/**
 * An expression over columns. Made by `functions.col("name")`, by `df.col("name")`, by functions and by the methods of other
 * columns. Arguments of operators are columns or values: `col("age").gt(30)`; strings there are values, not names.
 */
export class Column {
  /** Internal: what was written. */
  readonly expression: UnresolvedExpression;

  /** @param expression the name of a column ("a", "t.a", "*"), or, internally, an expression. */
  constructor(expression: UnresolvedExpression | string) {
    this.expression = typeof expression === "string" ? nameExpression(expression) : expression;
  }

  #operator(name: string, ...args: readonly unknown[]): Column {
    if (args.includes(undefined)) {
      throw new UsageError(
        "NOT_EXPECTED_TYPE",
        `${String(this)} ${name} undefined: give a column or a value. NULL is said by null; undefined is mostly a misspelt property.`,
      );
    }
    return new Column({ kind: "call", name: [name], args: [this.expression, ...args.map(valueExpression)], operator: true });
  }

  // Comparison

  /** Equal; null where either side is. */
  eq(other: ColumnOrValue): Column {
    return this.#operator("=", other);
  }
  equalTo(other: ColumnOrValue): Column {
    return this.eq(other);
  }
  neq(other: ColumnOrValue): Column {
    return this.eq(other).not();
  }
  ne(other: ColumnOrValue): Column {
    return this.neq(other);
  }
  notEqual(other: ColumnOrValue): Column {
    return this.neq(other);
  }
  /** Equal, or both null: never null. */
  eqNullSafe(other: ColumnOrValue): Column {
    return this.#operator("<=>", other);
  }
  gt(other: ColumnOrValue): Column {
    return this.#operator(">", other);
  }
  geq(other: ColumnOrValue): Column {
    return this.#operator(">=", other);
  }
  ge(other: ColumnOrValue): Column {
    return this.geq(other);
  }
  gte(other: ColumnOrValue): Column {
    return this.geq(other);
  }
  lt(other: ColumnOrValue): Column {
    return this.#operator("<", other);
  }
  leq(other: ColumnOrValue): Column {
    return this.#operator("<=", other);
  }
  le(other: ColumnOrValue): Column {
    return this.leq(other);
  }
  lte(other: ColumnOrValue): Column {
    return this.leq(other);
  }
  /** Between both bounds, which are included. */
  between(lower: ColumnOrValue, upper: ColumnOrValue): Column {
    return this.geq(lower).and(this.leq(upper));
  }
  /**
   * Equal to one of the values: `isin(1, 2)` or `isin([1, 2])`, false where there are none; or to a row of a DataFrame of one
   * column, as `IN (SELECT …)`. The fields of `struct(a, b)` are looked for in a DataFrame of as many columns.
   */
  isin(...values: readonly unknown[]): Column {
    const [only] = values;
    if (values.length === 1 && isQuery(only)) {
      const { expression } = this;
      // The fields of struct(a, b) are compared one by one with the columns of the rows.
      const isRow = expression.kind === "call" && expression.name.length === 1 && expression.name[0] === "struct";
      return new Column({ kind: "inSubquery", values: isRow ? expression.args : [expression], plan: only.plan });
    }
    const list: readonly unknown[] =
      values.length === 1 && (Array.isArray(only) || only instanceof Set) ? [...(only as Iterable<unknown>)] : values;
    return list.length === 0 ? new Column(literalOf(false)) : this.#operator("in", ...list);
  }
  isInCollection(values: Iterable<unknown>): Column {
    return this.isin([...values]);
  }

  // Logic

  and(other: ColumnOrValue): Column {
    return this.#operator("and", other);
  }
  or(other: ColumnOrValue): Column {
    return this.#operator("or", other);
  }
  not(): Column {
    return this.#operator("not");
  }
  isNull(): Column {
    return this.#operator("isnull");
  }
  isNotNull(): Column {
    return this.#operator("isnotnull");
  }
  isNaN(): Column {
    return this.#operator("isnan");
  }

  // Arithmetic

  plus(other: ColumnOrValue): Column {
    return this.#operator("+", other);
  }
  add(other: ColumnOrValue): Column {
    return this.plus(other);
  }
  minus(other: ColumnOrValue): Column {
    return this.#operator("-", other);
  }
  sub(other: ColumnOrValue): Column {
    return this.minus(other);
  }
  multiply(other: ColumnOrValue): Column {
    return this.#operator("*", other);
  }
  mul(other: ColumnOrValue): Column {
    return this.multiply(other);
  }
  times(other: ColumnOrValue): Column {
    return this.multiply(other);
  }
  divide(other: ColumnOrValue): Column {
    return this.#operator("/", other);
  }
  div(other: ColumnOrValue): Column {
    return this.divide(other);
  }
  mod(other: ColumnOrValue): Column {
    return this.#operator("%", other);
  }
  pow(other: ColumnOrValue): Column {
    return this.#operator("power", other);
  }
  negate(): Column {
    return new Column({ kind: "call", name: ["negative"], args: [this.expression] });
  }
  neg(): Column {
    return this.negate();
  }
  bitwiseAND(other: ColumnOrValue): Column {
    return this.#operator("&", other);
  }
  bitwiseOR(other: ColumnOrValue): Column {
    return this.#operator("|", other);
  }
  bitwiseXOR(other: ColumnOrValue): Column {
    return this.#operator("^", other);
  }

  // Text

  /** SQL's LIKE: % for any text, _ for one character. */
  like(pattern: ColumnOrValue): Column {
    return this.#operator("like", pattern);
  }
  /** LIKE without regard to case. */
  ilike(pattern: ColumnOrValue): Column {
    return this.#operator("ilike", pattern);
  }
  /** The regular expression matches somewhere. */
  rlike(pattern: ColumnOrValue): Column {
    return this.#operator("rlike", pattern);
  }
  contains(other: ColumnOrValue): Column {
    return this.#operator("contains", other);
  }
  startsWith(other: ColumnOrValue): Column {
    return this.#operator("startswith", other);
  }
  startswith(other: ColumnOrValue): Column {
    return this.startsWith(other);
  }
  endsWith(other: ColumnOrValue): Column {
    return this.#operator("endswith", other);
  }
  endswith(other: ColumnOrValue): Column {
    return this.endsWith(other);
  }
  /** `length` characters from position `start`, which counts from 1. */
  substr(start: ColumnOrValue, length: ColumnOrValue): Column {
    return this.#operator("substr", start, length);
  }

  // Parts of arrays, maps and structs

  /** The item of an array (from 0), the value of a map's key, or the field of a struct. */
  getItem(key: ColumnOrValue): Column {
    return new Column({ kind: "extract", child: this.expression, index: valueExpression(key) });
  }
  getField(name: string): Column {
    return new Column({ kind: "extract", child: this.expression, index: stringLiteral(name), field: true });
  }
  /** As getItem. */
  apply(key: ColumnOrValue): Column {
    return this.getItem(key);
  }
  /** The struct with a field added or replaced; `a.b` names a field within a field. */
  withField(name: string, value: Column): Column {
    return new Column({ kind: "updateFields", child: this.expression, path: nameParts(name), value: valueExpression(value) });
  }
  /** The struct without these fields. */
  dropFields(...names: readonly string[]): Column {
    return new Column(
      names.reduce<UnresolvedExpression>(
        (child, name) => ({ kind: "updateFields", child, path: nameParts(name), value: null }),
        this.expression,
      ),
    );
  }

  // Types and names

  /** The value as another type, given as a type or its text. Values that do not fit are errors in ANSI mode. */
  cast(type: TypeOrText): Column {
    return new Column({ kind: "cast", child: this.expression, type: typeOf(type), mode: "cast" });
  }
  astype(type: TypeOrText): Column {
    return this.cast(type);
  }
  /** As cast; null for values that do not fit. */
  try_cast(type: TypeOrText): Column {
    return new Column({ kind: "cast", child: this.expression, type: typeOf(type), mode: "try" });
  }
  tryCast(type: TypeOrText): Column {
    return this.try_cast(type);
  }
  /**
   * Names the column; with several names or an array of them, those of a generator's columns. A last argument that is an object is
   * metadata.
   */
  as(name: string | readonly string[], ...more: readonly (string | Readonly<Record<string, unknown>>)[]): Column {
    const last = more.at(-1);
    const metadata = typeof last === "object" ? last : undefined;
    const names = [name, ...more.filter((each) => typeof each === "string")].flat();
    if (names.length === 0 || names.some((each) => typeof each !== "string")) refusePlainly("as: a name", "a string", name);
    return new Column({ kind: "alias", child: this.expression, names, ...(metadata && { metadata }) });
  }
  alias(name: string | readonly string[], ...more: readonly (string | Readonly<Record<string, unknown>>)[]): Column {
    return this.as(name, ...more);
  }
  name(name: string | readonly string[], ...more: readonly (string | Readonly<Record<string, unknown>>)[]): Column {
    return this.as(name, ...more);
  }

  // Order

  #order(ascending: boolean, nullsFirst: boolean | null): Column {
    return new Column({ kind: "sortOrder", child: this.expression, ascending, nullsFirst });
  }
  /** Ascending, nulls first. */
  asc(): Column {
    return this.#order(true, null);
  }
  asc_nulls_first(): Column {
    return this.#order(true, true);
  }
  asc_nulls_last(): Column {
    return this.#order(true, false);
  }
  /** Descending, nulls last. */
  desc(): Column {
    return this.#order(false, null);
  }
  desc_nulls_first(): Column {
    return this.#order(false, true);
  }
  desc_nulls_last(): Column {
    return this.#order(false, false);
  }

  // Cases and windows

  /** Adds a case to `functions.when(…)`. */
  when(condition: Column, value: ColumnOrValue): Column {
    const { expression } = this;
    if (!isCase(expression) || expression.args.length % 2 === 1) {
      throw new UsageError("INVALID_WHEN", "when() can only follow functions.when() and other when(), before otherwise().");
    }
    const args = [...expression.args, checkedExpression("when: the condition", condition), valueExpression(value)];
    return new Column({ ...expression, args });
  }
  /** The value where no case of `functions.when(…)` holds; without it, null. */
  otherwise(value: ColumnOrValue): Column {
    const { expression } = this;
    if (!isCase(expression) || expression.args.length % 2 === 1) {
      throw new UsageError("INVALID_OTHERWISE", "otherwise() can only follow functions.when() and when(), once.");
    }
    return new Column({ ...expression, args: [...expression.args, valueExpression(value)] });
  }
  /** The function over a window: `row_number().over(Window.partitionBy("a").orderBy("b"))`; without one, over all rows. */
  over(window?: WindowSpec): Column {
    const { expression } = this;
    const over = window === undefined ? { partitionBy: [], orderBy: [] } : window?.window;
    if (over === undefined)
      refusePlainly("over: the window", 'a WindowSpec, such as Window.partitionBy("a").orderBy("b")', window);
    if (expression.kind !== "call" && expression.kind !== "userFunction") {
      throw new UsageError("UNSUPPORTED_EXPR_FOR_WINDOW", `over() needs an aggregate or window function, not ${String(this)}.`);
    }
    return new Column({ ...expression, over });
  }
  /** In a subquery: the column of the query around it. */
  outer(): Column {
    return new Column({ kind: "outer", child: this.expression });
  }
  /** What `f` makes of this column. */
  transform(f: (column: Column) => Column): Column {
    return f(this);
  }

  /** A column inside of a function that runs in tasks is a mistake. */
  [TRAVEL](): { refuse: string } {
    return { refuse: "a Column cannot be used inside of a function that runs in tasks: it gets values, not columns" };
  }

  toString(): string {
    return expressionText(this.expression);
  }

  [inspect.custom](): string {
    return `Column<'${expressionText(this.expression)}'>`;
  }
}

/** A DataFrame, whose class builds on this one. */
function isQuery(value: unknown): value is { readonly plan: UnresolvedPlan } {
  return typeof value === "object" && value !== null && "plan" in value && "sparkSession" in value;
}

type CallExpression = Extract<UnresolvedExpression, { kind: "call" }>;

function isCase(expression: UnresolvedExpression): expression is CallExpression {
  return expression.kind === "call" && expression.name[0] === "case" && expression.operator === true;
}
