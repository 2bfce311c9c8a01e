import { ParseError } from "../../../src/dataframe/errors";
import { parseExpression } from "../../../src/dataframe/sql/parse";
import type { UnresolvedExpression } from "../../../src/dataframe/syntax/expression";

/** An expression in one line: operators in parentheses, calls as calls. */
function shown(e: UnresolvedExpression): string {
  switch (e.kind) {
    case "literal":
      return e.value instanceof Uint8Array
        ? `0x${Buffer.from(e.value).toString("hex")}`
        : `${typeof e.value === "string" ? JSON.stringify(e.value) : String(e.value)}:${e.type.kind}`;
    case "name":
      return e.parts.join(".");
    case "star":
      return [...e.qualifier, "*"].join(".") + (e.except.length > 0 ? ` except ${e.except.map((x) => x.join(".")).join()}` : "");
    case "call": {
      const args = e.args.map((arg, i) =>
        (e.argNames?.[i] ?? null) === null ? shown(arg) : `${String(e.argNames?.[i])} => ${shown(arg)}`,
      );
      const tail = [
        e.distinct === true && "distinct",
        e.ignoreNulls === true && "ignore nulls",
        e.withinGroup && `within ${e.withinGroup.map(shown).join()}`,
        e.filter && `filter ${shown(e.filter)}`,
        e.over &&
          `over ${JSON.stringify({ ...e.over, at: undefined, partitionBy: e.over.partitionBy.map(shown), orderBy: e.over.orderBy.map(shown), frame: e.over.frame && `${e.over.frame.unit} ${e.over.frame.start.kind} ${e.over.frame.end.kind}` })}`,
      ].filter((part) => typeof part === "string");
      return `${e.name.join(".")}(${args.join(", ")})${tail.map((part) => ` ${part}`).join("")}`;
    }
    case "cast":
      return `${e.mode}(${shown(e.child)} as ${e.type.kind})`;
    case "alias":
      return `${shown(e.child)} as ${e.names.join()}`;
    case "extract":
      return `${shown(e.child)}${e.field === true ? "." : "["}${shown(e.index)}${e.field === true ? "" : "]"}`;
    case "lambda":
      return `(${e.params.join()}) -> ${shown(e.body)}`;
    case "sortOrder":
      return `${shown(e.child)} ${e.ascending ? "asc" : "desc"}${e.nullsFirst === null ? "" : e.nullsFirst ? " first" : " last"}`;
    case "parameter":
      return e.name === null ? `?${e.position}` : `:${e.name}`;
    case "inSubquery":
      return `${e.values.map(shown).join()} in subquery`;
    default:
      return e.kind;
  }
}

const parsed = (text: string): string => shown(parseExpression(text));

test.each([
  ["1", "1:int"],
  ["-2147483648", "-2147483648:int"],
  ["2147483648", "2147483648:long"],
  ["9223372036854775807", "9223372036854775807:long"],
  ["9223372036854775808", "9223372036854775808:decimal"],
  ["1.50", "150:decimal"],
  [".5", "5:decimal"],
  ["1e3", "1000:double"],
  ["1Y", "1:byte"],
  ["1S", "1:short"],
  ["1L", "1:long"],
  ["1.5F", "1.5:float"],
  ["1D", "1:double"],
  ["1e3BD", "1000:decimal"],
  ["'a' \"b\" r'\\n'", '"ab\\\\n":string'],
  ["'it''s\\n\\u0041\\101\\%\\x'", '"it\'s\\nAA\\\\%x":string'],
  ["X'1aB'", "0x01ab"],
  ["DATE'1970-01-02'", "1:date"],
  ["TIMESTAMP'1970-01-01 00:00:01 UTC'", "1000000:timestamp"],
  ["TIMESTAMP_NTZ'1970-01-01 00:00:01'", "1000000:timestamp_ntz"],
  ["TIME'00:00:01'", "1000000000:time"],
  ["INTERVAL 1 DAY 2 HOURS", "93600000000:dayTimeInterval"],
  ["INTERVAL '1-2' YEAR TO MONTH", "14:yearMonthInterval"],
  ["INTERVAL '1 month'", "1:yearMonthInterval"],
  ["interval", "interval"],
  ["NULL", "null:null"],
  ["true", "true:boolean"],
])("literal %s", (text, expected) => expect(parsed(text)).toBe(expected));

test("decimals keep their scale", () => {
  expect(parseExpression("0.001")).toMatchObject({ value: 1, type: { kind: "decimal", precision: 3, scale: 3 } });
  expect(parseExpression("12345678901234567890.123456789012345678")).toMatchObject({
    value: 12345678901234567890123456789012345678n,
    type: { precision: 38, scale: 18 },
  });
});

test.each([
  ["a OR b AND NOT c = d", "or(a, and(b, not(=(c, d))))"],
  ["!a", "not(a)"],
  ["a + b * c - d", "-(+(a, *(b, c)), d)"],
  ["a || b + c", "+(||(a, b), c)"],
  ["~a ^ b | c & d << 2", "|(^(~(a), b), &(c, <<(d, 2:int)))"],
  ["a >>> 1 >> 2 > 3", ">(>>(>>>(a, 1:int), 2:int), 3:int)"],
  ["a DIV b % c", "%(div(a, b), c)"],
  ["a <> b", "!=(a, b)"],
  ["a == b", "=(a, b)"],
  ["a !> b", "<=(a, b)"],
  ["a <=> b", "<=>(a, b)"],
  ["a BETWEEN 1 AND 2 AND b", "and(between(a, 1:int, 2:int), b)"],
  ["a NOT IN (1, 2)", "not(in(a, 1:int, 2:int))"],
  ["(a, b) IN (SELECT 1, 2)", "a,b in subquery"],
  ["a LIKE 'x' ESCAPE '/'", 'like(a, "x":string, "/":string)'],
  ["a NOT LIKE ANY ('x', 'y')", 'notlikeany(a, "x":string, "y":string)'],
  ["a ILIKE ALL ('x', b)", 'and(ilike(a, "x":string), ilike(a, b))'],
  ["a REGEXP b", "rlike(a, b)"],
  ["a IS NOT NULL", "isnotnull(a)"],
  ["a IS NOT TRUE", "not(<=>(a, true:boolean))"],
  ["a IS UNKNOWN", "isnull(cast(a as boolean))"],
  ["a IS DISTINCT FROM b", "not(<=>(a, b))"],
  ["-a[0].b::int", 'negative(cast(a[0:int]."b":string as int))'],
  ["a.b.c", "a.b.c"],
  ["`a.b`.`c``d`", "a.b.c`d"],
  ["t.* EXCEPT (a, b.c)", "t.* except a,b.c"],
  ["CASE a WHEN 1 THEN 2 ELSE 3 END", "case(=(a, 1:int), 2:int, 3:int)"],
  ["TRY_CAST(a AS STRING)", "try(a as string)"],
  ["x -> x + 1", "(x) -> +(x, 1:int)"],
  ["f((x, y) -> x)", "f((x,y) -> x)"],
  ["(1, a AS b)", "struct(1:int, a as b)"],
  ["f(a => 1, b)", "f(a => 1:int, b)"],
  ["count(DISTINCT a, b) FILTER (WHERE c)", "count(a, b) distinct filter c"],
  ["first(a IGNORE NULLS)", "first(a) ignore nulls"],
  ["p(0.5) WITHIN GROUP (ORDER BY a DESC NULLS LAST)", "p(5:decimal) within a desc last"],
  ["trim(BOTH 'x' FROM y)", 'trim("x":string, y)'],
  ["trim(y)", "trim(y)"],
  ["substring(a FROM 1 FOR 2)", "substring(a, 1:int, 2:int)"],
  ["position('a' IN b)", 'locate("a":string, b)'],
  ["overlay(a PLACING b FROM 1)", "overlay(a, b, 1:int, -1:int)"],
  ["extract(YEAR FROM d)", 'extract("YEAR":string, d)'],
  ["date_add(DAY, 1, d)", 'timestampadd("DAY":string, 1:int, d)'],
  ["date_add(day, 1)", "date_add(day, 1:int)"],
  ["v:a.b", 'variant_get(v, "$.a.b":string) as b'],
  ["a COLLATE utf8_lcase", 'collate(a, "utf8_lcase":string)'],
  [":x + ?", "+(:x, ?0)"],
  ["date", "date"],
  ["left(a, 1)", "left(a, 1:int)"],
  ["a limit", "a as limit"],
])("%s", (text, expected) => expect(parsed(text)).toBe(expected));

test("windows", () => {
  expect(parsed("sum(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND UNBOUNDED FOLLOWING)")).toBe(
    'sum(a) over {"partitionBy":["b"],"orderBy":["c asc"],"frame":"rows preceding unboundedFollowing"}',
  );
  expect(parsed("sum(a) OVER w")).toBe('sum(a) over {"reference":"w","partitionBy":[],"orderBy":[]}');
});

test("nodes know their places", () => {
  expect(parseExpression("a +\n  f(b)").at).toEqual({ fragment: "a +\n  f(b)", startIndex: 0, stopIndex: 9, line: 1, column: 0 });
  const sum = parseExpression("a +\n  f(b)") as Extract<UnresolvedExpression, { kind: "call" }>;
  expect(sum.args[1]?.at).toMatchObject({ fragment: "f(b)", startIndex: 6, line: 2, column: 2 });
});

test.each([
  ["1 1", "PARSE_SYNTAX_ERROR"],
  ["a b c", "PARSE_SYNTAX_ERROR"],
  ["'a", "PARSE_SYNTAX_ERROR"],
  ["a +", "PARSE_SYNTAX_ERROR"],
  ["", "PARSE_EMPTY_STATEMENT"],
  ["1 /* a", "UNCLOSED_BRACKETED_COMMENT"],
  ["128Y", "INVALID_NUMERIC_LITERAL_RANGE"],
  ["1e309", "INVALID_NUMERIC_LITERAL_RANGE"],
  ["DATE'x'", "INVALID_TYPED_LITERAL"],
  ["GEO'x'", "UNSUPPORTED_TYPED_LITERAL"],
  ["INTERVAL 1 MONTH 1 DAY", "_LEGACY_ERROR_TEMP_0029"],
  ["INTERVAL 1.5 DAY", "INVALID_INTERVAL_FORMAT.INVALID_FRACTION"],
  ["a IN ()", "INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE"],
  ["a LIKE b ESCAPE 'xx'", "INVALID_ESC"],
  ["dateadd('day', 1, x)", "INVALID_PARAMETER_VALUE.DATETIME_UNIT"],
  ["CAST(a AS foo)", "UNSUPPORTED_DATATYPE"],
])("%s is refused", (text, errorClass) => {
  expect(() => parseExpression(text)).toThrow(expect.objectContaining({ errorClass }) as Error);
});

test("syntax errors name the token and its place", () => {
  expect.assertions(2);
  try {
    parseExpression("a +\n )");
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
    expect(error).toMatchObject({ parameters: { error: "')'" }, context: { line: 2, column: 1, startIndex: 5 } });
  }
});
