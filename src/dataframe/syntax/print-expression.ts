/**
 * Expressions as they were written, in the manner of Spark's parsed plans: 'a is a name and 'f(…) a call that analysis has yet to
 * look up, unresolvedalias(…) a column that it has yet to name. Numbers behind # are those of one plan's text alone.
 */
import { unreachable } from "../../common/errors";
import type { Boxed, DataType } from "../../columnar/types";
import { frameText } from "../logical/print";
import { hexText, literalSql, valueToString } from "../types/print";
import { quoteIfNeeded, simpleString } from "../types/text";
import type { UnresolvedExpression, UnresolvedWindow } from "./expression";

type CallSyntax = Extract<UnresolvedExpression, { kind: "call" }>;

/** Prints the expressions of one plan: it numbers aliases and subqueries as they come. */
export class ExpressionPrinter {
  #numbers = 0;
  /** Of the lambdas around what is being printed. */
  #parameters: readonly string[] = [];

  /** @param timeZone the session's, in which timestamps are shown. */
  constructor(private readonly timeZone: string) {}

  number(): number {
    return this.#numbers++;
  }

  /** A column of a select list. */
  column(expression: UnresolvedExpression): string {
    const text = this.text(expression);
    return NAMED.has(expression.kind) ? text : `unresolvedalias(${text})`;
  }

  text(expression: UnresolvedExpression): string {
    const texts = (expressions: readonly UnresolvedExpression[]): string => expressions.map((each) => this.text(each)).join(", ");
    switch (expression.kind) {
      case "literal":
        return this.#literal(expression.value, expression.type);
      case "name":
        return `${this.#parameters.includes(expression.parts[0] ?? "") ? "lambda " : ""}'${nameText(expression.parts)}`;
      case "star":
        return [...expression.qualifier, "*"].join(".");
      case "regex":
        return [...expression.qualifier, expression.pattern].join(".");
      case "place":
        return `unresolvedordinal(${expression.position})`;
      case "call":
        return this.#call(expression);
      case "cast":
        return `${expression.mode === "try" ? "try_cast" : "cast"}(${this.text(expression.child)} as ${simpleString(expression.type)})`;
      case "alias": {
        const { names, child } = expression;
        return names.length === 1
          ? `${this.text(child)} AS ${names[0]}#${this.number()}`
          : `${this.text(child)} AS (${names.join(", ")})`;
      }
      case "extract":
        return `${this.text(expression.child)}[${this.text(expression.index)}]`;
      case "lambda": {
        const outside = this.#parameters;
        this.#parameters = [...outside, ...expression.params];
        const body = this.text(expression.body);
        this.#parameters = outside;
        return `lambdafunction(${[body, ...expression.params.map((name) => `lambda '${name}`), "false"].join(", ")})`;
      }
      case "sortOrder":
        return this.#sortOrder(expression);
      case "scalarSubquery":
        return `scalar-subquery#${this.number()} []`;
      case "exists":
        return `exists#${this.number()} []`;
      case "inSubquery": {
        const [only] = expression.values;
        const values =
          expression.values.length === 1
            ? this.text(only as UnresolvedExpression)
            : this.#struct("named_struct", expression.values);
        return `${values} IN (list#${this.number()} [])`;
      }
      case "updateFields": {
        const path = expression.path.join(".");
        return expression.value === null
          ? `update_fields(${this.text(expression.child)}, dropfield(${path}))`
          : `update_fields(${this.text(expression.child)}, withfield(${path}, ${this.text(expression.value)}))`;
      }
      case "parameter":
        return expression.name === null ? `posparameter(${expression.position})` : `namedparameter(${expression.name})`;
      case "identifier":
        return `expressionwithunresolvedidentifier(${this.text(expression.expression)}, <function2>)`;
      case "userFunction": {
        const call = `${expression.fn.name}(${expression.distinct === true ? "distinct " : ""}${texts(expression.args)})`;
        return expression.over === undefined ? call : this.#over(call, expression.over);
      }
      case "outer":
        return `outer(${this.text(expression.child)})`;
      case "multiUnitInterval":
        return `multiunitinterval(${expression.parts.map(({ value, unit }) => `${this.text(value)} ${unit}`).join(", ")})`;
      case "all":
        return "'ALL";
      case "default":
        return "'DEFAULT";
      default:
        return unreachable(expression);
    }
  }

  /** A key of ORDER BY or GROUP BY: a number is a place in the select list. */
  key(expression: UnresolvedExpression): string {
    if (expression.kind === "sortOrder") return this.#sortOrder(expression, true);
    return isPlace(expression) ? `unresolvedordinal(${this.text(expression)})` : this.text(expression);
  }

  window({ partitionBy, orderBy, frame, reference }: UnresolvedWindow): string {
    if (reference !== undefined) return `WindowSpecReference(${reference})`;
    const range = frame === undefined ? "unspecifiedframe$()" : frameText(frame, (offset) => this.text(offset));
    return `windowspecdefinition(${[...partitionBy, ...orderBy]
      .map((each) => this.text(each))
      .concat(range)
      .join(", ")})`;
  }

  #sortOrder({ child, ascending, nullsFirst }: Extract<UnresolvedExpression, { kind: "sortOrder" }>, ofPlan = false): string {
    const first = nullsFirst ?? ascending;
    return `${ofPlan ? this.key(child) : this.text(child)} ${ascending ? "ASC" : "DESC"} NULLS ${first ? "FIRST" : "LAST"}`;
  }

  #literal(value: Boxed, type: DataType): string {
    if (value === null) return "null";
    switch (type.kind) {
      case "dayTimeInterval":
      case "yearMonthInterval":
        return literalSql(value, type);
      case "binary":
        return `0x${hexText(value as Uint8Array)}`;
      default:
        return valueToString(value, type, { timeZone: this.timeZone, decimalExponents: true });
    }
  }

  #over(call: string, over: UnresolvedWindow): string {
    return over.reference === undefined
      ? `${call} ${this.window(over)}`
      : `unresolvedwindowexpression(${call}, ${this.window(over)})`;
  }

  #call(call: CallSyntax): string {
    if (call.operator === true) return this.#operator(call);
    const name = call.name.map(quoteIfNeeded).join(".");
    if (call.name.length === 1 && name.toLowerCase() === "struct") return this.#struct("struct", call.args);
    const [only] = call.args;
    const counted =
      name.toLowerCase() === "count" && call.args.length === 1 && only?.kind === "star" && only.qualifier.length === 0;
    const args = counted
      ? ["1"]
      : call.args.map((arg, i) => {
          const given = call.argNames?.[i] ?? null;
          return given === null ? this.text(arg) : `${given} => ${this.text(arg)}`;
        });
    args.push(...(call.withinGroup ?? []).map((each) => this.text(each)));
    if (call.filter !== undefined) args.push(this.text(call.filter));
    const text = `'${name}(${call.distinct === true ? "distinct " : ""}${args.join(", ")})`;
    return call.over === undefined ? text : this.#over(text, call.over);
  }

  /** Operators, and forms of the grammar that Spark makes its expressions of at once. */
  #operator({ name, args }: CallSyntax): string {
    const fn = name.join(".");
    if (fn === "struct") return this.#struct("named_struct", args);
    const texts = args.map((each) => this.text(each));
    const [left, right, third] = texts;
    if (args.length === 2 && INFIX.has(fn)) return `(${left} ${INFIX.get(fn)} ${right})`;
    switch (fn) {
      case "!=":
        return `NOT (${left} = ${right})`;
      case "not":
        return `NOT ${left}`;
      case "negative":
        return `-${left}`;
      case "~":
        return `~${left}`;
      case "||":
        return `concat(${left}, ${right})`;
      case "in":
        return `${left} IN (${texts.slice(1).join(",")})`;
      case "between":
        return `'between(${texts.join(", ")})`;
      case "like":
        return third === undefined ? `${left} LIKE ${right}` : `${left} LIKE ${right} ESCAPE '${third}'`;
      case "ilike":
        return `ilike(${left}, ${right}, ${third ?? "\\"})`;
      case "rlike":
        return `RLIKE(${left}, ${right})`;
      case "isnull":
      case "isnotnull": {
        const [child] = args;
        // IS UNKNOWN has a cast without a place of its own.
        if (child?.kind === "cast" && child.at === undefined && child.type.kind === "boolean")
          return `(${this.text(child.child)})`;
        return `${fn}(${left})`;
      }
      case "case": {
        const parts: string[] = [];
        for (let i = 0; i + 1 < texts.length; i += 2) parts.push(`WHEN ${texts[i]} THEN ${texts[i + 1]}`);
        if (texts.length % 2 === 1) parts.push(`ELSE ${texts[texts.length - 1]}`);
        return `CASE ${parts.join(" ")} END`;
      }
      case "extract":
        return `'extract(${texts.join(", ")})`;
      case "locate":
        return `locate(${left}, ${right}, 1)`;
      case "substring":
        return `substring(${left}, ${right}, ${third ?? "2147483647"})`;
      case "trim":
      case "ltrim":
      case "rtrim":
        return right === undefined ? `${fn}(${left}, None)` : `${fn}(${right}, Some(${left}))`;
      case "timestampadd":
      case "timestampdiff":
        return `${fn}(${[...texts, "None"].join(", ")})`;
      case "collate":
        return `collate(${left}, unresolvedcollation(${right}))`;
      case "variant_get":
        return `semistructuredextract(${left}, ${right})`;
      default:
        return `${fn}(${texts.join(", ")})`;
    }
  }

  /** Fields are named after columns and aliases, others after their places. */
  #struct(fn: string, values: readonly UnresolvedExpression[]): string {
    const fields = values.flatMap((value, i) => {
      const name =
        value.kind === "name"
          ? value.parts.at(-1)
          : value.kind === "alias" && value.names.length === 1
            ? value.names[0]
            : undefined;
      return [name ?? `col${i + 1}`, this.text(value)];
    });
    return `${fn}(${fields.join(", ")})`;
  }
}

/** What has a name, or stands for columns that have. */
const NAMED: ReadonlySet<UnresolvedExpression["kind"]> = new Set(["name", "star", "regex", "alias"]);

const INFIX: ReadonlyMap<string, string> = new Map([
  ...["+", "-", "*", "/", "%", "=", "<=>", "<", "<=", ">", ">=", "&", "|", "^", "<<", ">>", ">>>", "div"].map(
    (symbol) => [symbol, symbol] as const,
  ),
  ["and", "AND"],
  ["or", "OR"],
]);

function nameText(parts: readonly string[]): string {
  return parts.map((part) => (part.includes(".") ? `\`${part}\`` : part)).join(".");
}

function isPlace(expression: UnresolvedExpression): boolean {
  return expression.kind === "literal" && expression.type.kind === "int";
}

/** The type of an expression in which nothing is left to look up; null where analysis has to. */
export function settledType(expression: UnresolvedExpression): DataType | null {
  switch (expression.kind) {
    case "literal":
      return expression.type;
    case "alias":
      return expression.names.length === 1 ? settledType(expression.child) : null;
    case "cast":
      return settledType(expression.child) === null ? null : expression.type;
    case "call": {
      if (expression.operator !== true) return null;
      const types = expression.args.map(settledType);
      const [first] = types;
      if (first === undefined || first === null || types.some((type) => type?.kind !== first.kind)) return null;
      const fn = expression.name.join(".");
      if (SETTLED_NUMBERS.has(fn)) return first;
      return SETTLED_BOOLEANS.has(fn) ? { kind: "boolean" } : null;
    }
    default:
      return null;
  }
}

const SETTLED_NUMBERS: ReadonlySet<string> = new Set(["+", "-", "*", "negative"]);
const SETTLED_BOOLEANS: ReadonlySet<string> = new Set([
  "=", "!=", "<=>", "<", "<=", ">", ">=", "and", "or", "not", "isnull", "isnotnull", "in",
]); // prettier-ignore
