/** Random calls of a function: those of its documentation, with other literals in them. */

const INTS = ["0", "1", "-1", "2", "3", "5", "-7", "10", "12", "100", "127", "-128", "32768", "2147483647", "-2147483648", "2147483648", "9223372036854775807L", "-9223372036854775808L", "1Y", "-3S", "7L", "CAST(0 AS TINYINT)"]; // prettier-ignore
/** Where a number says how much is made. */
const SMALL = ["0", "1", "-1", "2", "3", "5", "-7", "10", "12", "7L", "2Y", "3S"];
const DECIMALS = ["0.0", "1.5", "-1.5", "2.5", "0.1", "-0.05", "123.456", "12345678901234567890.123456789", "99999999999999999999999999999999999999", "0.000000000000000001", "1.50BD", "-9.99", "1e3BD"]; // prettier-ignore
const DOUBLES = ["0D", "-0D", "1.5D", "-2.5D", "1e10D", "1e-7D", "1e300D", "4.9E-324D", "CAST('NaN' AS DOUBLE)", "CAST('Infinity' AS DOUBLE)", "CAST('-Infinity' AS DOUBLE)", "1.1F", "CAST('NaN' AS FLOAT)", "16777217F", "123456789.125D", "0.1D"]; // prettier-ignore
const STRINGS = ["", " ", "a", "abc", "ABC", "Spark SQL", "  trim me ", "a,b,,c", "12", "-3.7", "1e3", "0x1F", "true", "été", "ß", "İi", "日本語", "😀x", "e\u0301", "a\\\\b", "100%", "x_y", "2024-02-29", "2021-12-31 23:59:59.999999", "1582-10-10", "0001-01-01", "-0044-03-15", "+12345-06-07", "12:30:15", "{\"a\":1,\"b\":[1,2,{\"c\":null}]}", "[1,2,3]", "null", "k1:v1,k2:v2", "http://u:p@host:80/a/b?q=1&r=2#f", "(\\\\d+)-(\\\\d+)", "[a-z]+", ".", "yyyy-MM-dd HH:mm:ss", "dd/MM/yy", "$9,999.99", "AQID", "616263", "America/New_York", "UTC", "+05:30", "utf-8", "MONTH", "day", "1 day", "%s %d", "%"]; // prettier-ignore
const DATES = ["2024-02-29", "1970-01-01", "1969-12-31", "2023-12-31", "1582-10-04", "1582-10-15", "1500-03-01", "0001-01-01", "9999-12-31", "2020-03-08", "2019-01-31", "1900-02-28"]; // prettier-ignore
const TIMES = ["00:00:00", "23:59:59.999999", "02:30:00", "12:34:56.789", "01:30:00.000001", "11:59:59.5"];
const INTERVALS = ["INTERVAL '1-2' YEAR TO MONTH", "INTERVAL '-3' MONTH", "INTERVAL '1 02:03:04.000005' DAY TO SECOND", "INTERVAL '-10' DAY", "INTERVAL '90' MINUTE", "INTERVAL '0' SECOND", "INTERVAL 1 MONTH 2 DAYS", "INTERVAL '178956970-7' YEAR TO MONTH", "INTERVAL '106751991' DAY"]; // prettier-ignore
const TYPES = ["INT", "BIGINT", "STRING", "DOUBLE", "DECIMAL(10,2)", "DATE", "TIMESTAMP", "BOOLEAN", "BINARY", "ARRAY<INT>", "MAP<STRING,INT>", "VOID"]; // prettier-ignore

const BOUNDED = new Set(["repeat", "space", "lpad", "rpad", "sequence", "array_repeat", "stack", "randstr", "bin", "histogram_numeric", "array_insert", "percentile_approx", "approx_percentile", "range", "factorial", "pow", "power", "format_number", "round", "bround", "ceil", "ceiling", "floor", "nth_value", "ntile", "lag", "lead", "count_min_sketch", "approx_top_k", "width_bucket", "shiftleft", "make_interval"]); // prettier-ignore

const quoted = (text) => `'${text.replace(/'/g, "\\'")}'`;

const TOKEN =
  /(?:\b(?:DATE|TIMESTAMP|TIMESTAMP_NTZ|TIMESTAMP_LTZ|TIME|X)\s*)?'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|\bINTERVAL\s+(?:'[^']*'|-?\d+)\s+\w+(?:\s+TO\s+\w+)?|(?<![\w.'`])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?:BD|[LSYDF])?(?![\w.'`])|\b(?:true|false|NULL)\b/gi;

export class CallGenerator {
  constructor(random) {
    this.random = random;
  }

  /** One of the examples with some literals replaced. */
  call({ name, examples }) {
    const { random } = this;
    const example = random.pick(examples);
    const much = random.pick([0.3, 0.6, 1]);
    const bounded = BOUNDED.has(name);
    return example.replace(TOKEN, (token) => (random.chance(much) ? this.#instead(token, bounded) : token));
  }

  #instead(token, bounded) {
    const { random } = this;
    if (random.chance(0.08)) return random.chance(0.3) ? "NULL" : `CAST(NULL AS ${random.pick(TYPES)})`;
    const kind = random.chance(0.1) ? random.pick(["int", "decimal", "double", "string", "date", "timestamp", "interval", "boolean", "binary", "array"]) : kindOf(token); // prettier-ignore
    return this.#literal(kind, token, bounded);
  }

  #literal(kind, token, bounded) {
    const { random } = this;
    switch (kind) {
      case "int":
        return bounded ? random.pick(SMALL) : random.pick(INTS);
      case "decimal":
        return random.chance(0.3) && !bounded ? random.pick(DOUBLES) : random.pick(DECIMALS);
      case "double":
        return random.pick(DOUBLES);
      case "date":
        return `DATE'${random.pick(DATES)}'`;
      case "timestamp":
        return `${random.pick(["TIMESTAMP", "TIMESTAMP", "TIMESTAMP_NTZ"])}'${random.pick(DATES)} ${random.pick(TIMES)}'`;
      case "time":
        return `TIME'${random.pick(TIMES)}'`;
      case "interval":
        return random.pick(INTERVALS);
      case "boolean":
        return random.pick(["true", "false"]);
      case "binary":
        return random.pick(["X''", "X'00'", "X'616263'", "X'FF80'", "X'E697A5'", "CAST('abc' AS BINARY)"]);
      case "array":
        return random.pick(["array()", "array(1, NULL, 2)", "array('b', 'a', NULL)", "array(1.5D, CAST('NaN' AS DOUBLE), -0D)", "map('a', 1)", "named_struct('x', 1, 'y', 'z')", "array(array(1), NULL)"]); // prettier-ignore
      default:
        return random.chance(0.5) && /^['"]/.test(token)
          ? `'${this.#changed(token.slice(1, -1))}'`
          : quoted(random.pick(STRINGS));
    }
  }

  /** The text with a piece of it gone, twice, in the other case, or beside something else. */
  #changed(text) {
    const { random } = this;
    // Nothing comes between a backslash and what it is for.
    const parts = text.match(/\\.|''|[^\\]/gsu) ?? [];
    const at = random.int(0, parts.length);
    const to = Math.min(parts.length, at + random.int(1, 4));
    const piece = parts.slice(at, to);
    const middle = random.pick([
      [],
      [...piece, ...piece],
      piece.map((part) => (part === part.toLowerCase() ? part.toUpperCase() : part.toLowerCase())),
      [...piece, random.pick([" ", "0", "-", ".", ",", "é", "Z", "9", ":", "/"])],
    ]);
    const changed = [...parts.slice(0, at), ...middle, ...parts.slice(to)].join("");
    return changed.replace(/\\[A-Z]/g, (escape) => escape.toLowerCase());
  }
}

function kindOf(token) {
  if (/^DATE/i.test(token)) return "date";
  if (/^TIMESTAMP/i.test(token)) return "timestamp";
  if (/^TIME/i.test(token)) return "time";
  if (/^X/i.test(token)) return "binary";
  if (/^INTERVAL/i.test(token)) return "interval";
  if (/^(true|false)$/i.test(token)) return "boolean";
  if (/^NULL$/i.test(token)) return "int";
  if (/^-?\d+[LSY]?$/i.test(token)) return "int";
  if (/^-?[\d.]/.test(token)) return "decimal";
  if (/^'\d{4}-\d\d-\d\d'$/.test(token)) return "string";
  return "string";
}
