/**
 * Random queries over random tables, in the SQL that firesteel (Spark) and DuckDB both give the same meaning: types are kept apart,
 * divisors are not zero, sums are exact in any order, orders are total before a limit.
 */

/** A generator of numbers from a seed (mulberry32). */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (low, high) => low + Math.floor(next() * (high - low + 1));
  return { next, int, chance: (p) => next() < p, pick: (items) => items[int(0, items.length - 1)] };
}

const COLUMNS = {
  id: "INT",
  i: "INT",
  j: "BIGINT",
  d: "DOUBLE",
  n: "DECIMAL(10,2)",
  s: "STRING",
  t: "DATE",
  b: "BOOLEAN",
  m: "TIMESTAMP",
};
const KIND = { id: "int", i: "int", j: "int", d: "double", n: "decimal", s: "string", t: "date", b: "boolean", m: "timestamp" };
export const schema = Object.entries(COLUMNS)
  .map(([name, type]) => `${name} ${type}`)
  .join(", ");

const WORDS = ["a", "b", "ab", "B", "", "zz", "a b", "Ünï"];
const day = (n) => `2024-0${1 + Math.floor(n / 28)}-${String(1 + (n % 28)).padStart(2, "0")}`;

const moment = (random) =>
  `${day(random.int(0, 60))} ${String(random.int(0, 23)).padStart(2, "0")}:${random.pick(["00:00", "30:15", "59:59"])}`;

/** Tables by name: rows of texts, or null. */
export function randomTables(random) {
  const table = (rows) =>
    Array.from({ length: rows }, (_, id) => {
      const or = (value) => (random.chance(0.15) ? null : value);
      return {
        id: String(id),
        i: or(String(random.int(-3, 6))),
        j: or(String(random.chance(0.1) ? random.int(1, 9) * 1_000_000_007 : random.int(0, 20))),
        d: or(String(random.int(-40, 40) / 4)),
        n: or((random.int(-500, 500) / 100).toFixed(2)),
        s: or(random.pick(WORDS)),
        t: or(day(random.int(0, 60))),
        b: or(String(random.chance(0.5))),
        m: or(moment(random)),
      };
    });
  return { t1: table(random.int(0, 40)), t2: table(random.int(1, 25)), t3: table(random.pick([0, 1, 3, 200])) };
}

const literalOf = (random, kind) => {
  switch (kind) {
    case "int":
      return String(random.int(-4, 9));
    case "double":
      return `CAST(${random.int(-12, 12) / 4} AS DOUBLE)`;
    case "decimal":
      return `CAST(${(random.int(-300, 300) / 100).toFixed(2)} AS DECIMAL(10,2))`;
    case "string":
      return `'${random.pick(WORDS)}'`;
    case "date":
      return `DATE '${day(random.int(0, 60))}'`;
    case "timestamp":
      return `TIMESTAMP '${moment(random)}'`;
    default:
      return random.pick(["true", "false"]);
  }
};

const KINDS = ["int", "double", "decimal", "string", "date", "boolean"];

/** One query; `depth` limits what stands in what. */
export class QueryGenerator {
  #aliases = 0;
  /** A named query in front: relations may be it. */
  #named = null;

  constructor(random) {
    this.random = random;
  }

  query() {
    const depth = this.random.int(1, 3);
    const named = this.random.chance(0.2) ? this.#body(1, []) : null;
    this.#named = named;
    const body = this.#body(depth, []);
    const ctes = named === null ? "" : `WITH w0 AS (${named.text}) `;
    const order = body.columns.map((_, k) => `${k + 1} ${this.random.pick(["ASC", "DESC"])} NULLS ${this.random.pick(["FIRST", "LAST"])}`); // prettier-ignore
    const limit = this.random.chance(0.3) ? ` ORDER BY ${order.join(", ")} LIMIT ${this.random.int(0, 12)}` : "";
    return `${ctes}SELECT * FROM (${body.text}) q${limit}`;
  }

  /** A query's text and the kinds of its columns, which are called c0, c1, … */
  #body(depth, outer) {
    const { random } = this;
    if (depth > 1 && random.chance(0.12)) {
      const left = this.#select(depth - 1, outer);
      const right = this.#select(depth - 1, outer, left.columns);
      const operation = random.pick(["UNION ALL", "UNION", "EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL"]);
      return { text: `(${left.text}) ${operation} (${right.text})`, columns: left.columns };
    }
    return this.#select(depth, outer);
  }

  #select(depth, outer, wanted = null) {
    const { random } = this;
    const from = this.#from(depth, outer);
    const scope = { columns: from.columns, outer, depth };
    const where = random.chance(0.6) ? ` WHERE ${this.#condition(scope, 2)}` : "";
    const columns = wanted ?? Array.from({ length: random.int(1, 4) }, () => random.pick(KINDS));
    const named = (texts) => texts.map((text, k) => `${text} AS c${k}`).join(", ");
    if (random.chance(0.4)) return { ...this.#grouped(scope, columns, named, from.text, where) };
    const windows = random.chance(0.2);
    const texts = columns.map((kind) => (windows && kind === "int" && random.chance(0.6) ? this.#window(scope) : this.#expression(scope, kind, 2))); // prettier-ignore
    return { text: `SELECT ${random.chance(0.15) ? "DISTINCT " : ""}${named(texts)} FROM ${from.text}${where}`, columns };
  }

  #grouped(scope, columns, named, from, where) {
    const { random } = this;
    const keys = Array.from({ length: random.int(0, 2) }, () => random.pick(scope.columns));
    const distinctKeys = [...new Map(keys.map((key) => [key.text, key])).values()];
    const texts = columns.map((kind) => {
      const key = distinctKeys.find((one) => one.kind === kind);
      return key !== undefined && random.chance(0.6) ? key.text : this.#aggregate(scope, kind);
    });
    // Of no rows DuckDB makes one with the grand total, Spark none.
    const sets = distinctKeys.length > 0 && random.chance(0.2) ? random.pick(["ROLLUP", "CUBE", "GROUPING SETS"]) : null;
    const having = sets !== null ? " HAVING COUNT(*) > 0" : random.chance(0.2) ? ` HAVING ${this.#aggregate(scope, "int")} ${random.pick([">", "<=", "<>"])} ${random.int(0, 5)}` : ""; // prettier-ignore
    if (sets === null && columns.includes("int") && random.chance(0.15)) {
      const order = `${this.#aggregate(scope, "int")} ${random.pick(["ASC", "DESC"])} NULLS ${random.pick(["FIRST", "LAST"])}`;
      const over = random.pick([`RANK() OVER (ORDER BY ${order})`, `CAST(SUM(COUNT(*)) OVER (ORDER BY ${order}) AS BIGINT)`, "CAST(MAX(COUNT(*)) OVER () AS BIGINT)"]); // prettier-ignore
      texts[columns.indexOf("int")] = over;
    }
    const list = distinctKeys.map((key) => key.text).join(", ");
    const chosen = () =>
      `(${distinctKeys
        .filter(() => random.chance(0.5))
        .map((key) => key.text)
        .join(", ")})`;
    const grouped = sets === "GROUPING SETS" ? `${sets} (${[`(${list})`, ...Array.from({ length: random.int(0, 2) }, chosen)].join(", ")})` : sets === null ? list : `${sets} (${list})`; // prettier-ignore
    const group = distinctKeys.length === 0 ? "" : ` GROUP BY ${grouped}`;
    return { text: `SELECT ${named(texts)} FROM ${from}${where}${group}${having}`, columns };
  }

  #from(depth, outer) {
    const { random } = this;
    let { text, columns } = this.#relation(depth);
    const joins = random.pick([0, 0, 1, 1, 2]);
    if (depth > 0 && random.chance(0.08)) {
      const lateral = this.#lateral(columns);
      text = `${text} CROSS JOIN LATERAL (${lateral.text}) ${lateral.alias}`;
      columns = [...columns, ...lateral.columns];
    }
    for (let k = 0; k < joins; k++) {
      const right = this.#relation(depth);
      const type = random.pick(["JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "LEFT SEMI", "LEFT ANTI", "CROSS JOIN"]);
      if (type === "CROSS JOIN" && right.text.startsWith("t2 ") && k === 0) {
        text = `${text} CROSS JOIN ${right.text}`;
        columns = [...columns, ...right.columns];
        continue;
      }
      const both = { columns: [...columns, ...right.columns], outer, depth: 0 };
      const condition = this.#joinCondition(columns, right.columns, both);
      const word = { "LEFT SEMI": "SEMI JOIN", "LEFT ANTI": "ANTI JOIN", "CROSS JOIN": "JOIN" }[type] ?? type;
      text = `${text} ${word} ${right.text} ON ${condition}`;
      if (!word.startsWith("SEMI") && !word.startsWith("ANTI")) columns = both.columns;
    }
    return { text, columns };
  }

  /** A subquery over the columns beside it: rows of a table that belong to them, or one aggregate of those. */
  #lateral(outside) {
    const { random } = this;
    const alias = `r${this.#aliases++}`;
    const from = this.#relation(1);
    const inner = { columns: from.columns, outer: [], depth: 0 };
    const kinds = Array.from({ length: random.int(1, 2) }, () => random.pick(KINDS));
    const link = this.#link({ columns: outside }, from);
    const one = random.chance(0.5);
    const texts = kinds.map((kind, k) => `${one ? this.#aggregate(inner, kind) : this.#expression(inner, kind, 1)} AS c${k}`);
    const text = `SELECT ${texts.join(", ")} FROM ${from.text}${link}`;
    return { alias, text, columns: kinds.map((kind, k) => ({ text: `${alias}.c${k}`, kind })) };
  }

  #joinCondition(left, right, scope) {
    const { random } = this;
    const pairs = left.flatMap((a) => right.filter((b) => b.kind === a.kind && a.kind !== "boolean").map((b) => `${a.text} = ${b.text}`)); // prettier-ignore
    const equal = pairs.length === 0 ? "1 = 1" : random.pick(pairs);
    return random.chance(0.3) ? `${equal} AND ${this.#condition(scope, 1)}` : equal;
  }

  #relation(depth) {
    const { random } = this;
    const alias = `r${this.#aliases++}`;
    if (depth > 1 && random.chance(0.3)) {
      const { text, columns } = this.#body(depth - 1, []);
      return { alias, text: `(${text}) ${alias}`, columns: columns.map((kind, k) => ({ text: `${alias}.c${k}`, kind })) };
    }
    if (this.#named !== null && random.chance(0.35)) {
      return { alias, text: `w0 ${alias}`, columns: this.#named.columns.map((kind, k) => ({ text: `${alias}.c${k}`, kind })) };
    }
    const columns = Object.entries(KIND).map(([name, kind]) => ({ text: `${alias}.${name}`, kind }));
    const table = random.pick(["t1", "t2", "t3"]);
    if (depth > 1 && random.chance(0.1)) return { alias, text: `(${this.#firstRows(table)}) ${alias}`, columns };
    return { alias, text: `${table} ${alias}`, columns };
  }

  /** The first rows of each group. */
  #firstRows(table) {
    const { random } = this;
    const names = Object.keys(KIND).join(", ");
    const by = random.pick(["i", "s", "b", "t", "n % 2"]);
    const order = `${random.pick(["j", "d", "s", "m"])} ${random.pick(["ASC", "DESC"])} NULLS ${random.pick(["FIRST", "LAST"])}, id`;
    const rank = random.pick(["ROW_NUMBER()", "RANK()", "DENSE_RANK()"]);
    return `SELECT ${names} FROM (SELECT ${names}, ${rank} OVER (PARTITION BY ${by} ORDER BY ${order}) AS k FROM ${table}) x WHERE k ${random.pick(["=", "<=", "<"])} ${random.int(1, 3)}`;
  }

  #column(scope, kind) {
    const found = scope.columns.filter((column) => column.kind === kind);
    const outside = this.random.chance(0.5) ? scope.outer.filter((column) => column.kind === kind) : [];
    const all = [...found, ...outside];
    return all.length === 0 ? literalOf(this.random, kind) : this.random.pick(all).text;
  }

  #expression(scope, kind, depth) {
    const { random } = this;
    if (depth === 0 || random.chance(0.35)) return random.chance(0.8) ? this.#column(scope, kind) : literalOf(random, kind);
    const inner = (of) => this.#expression(scope, of, depth - 1);
    const same = () => inner(kind);
    const common = [
      () => `CASE WHEN ${this.#condition(scope, depth - 1)} THEN ${same()} ELSE ${same()} END`,
      () => `COALESCE(${same()}, ${same()})`,
      () => `NULLIF(${same()}, ${same()})`,
    ];
    const own = {
      int: [
        () => `(${same()} + ${same()})`,
        () => `(${same()} - ${same()})`,
        () => `(${this.#column(scope, "int")} % ${random.int(2, 5)})`,
        () => `ABS(${same()})`,
        () => `LENGTH(${inner("string")})`,
        () => `YEAR(${inner("date")})`,
        () => `DAY(${inner("date")})`,
        () => `EXTRACT(${random.pick(["MONTH", "QUARTER", "DOY"])} FROM ${inner("date")})`,
        () => `EXTRACT(${random.pick(["HOUR", "MINUTE"])} FROM ${this.#column(scope, "timestamp")})`,
        () => `EXTRACT(${random.pick(["WEEK", "YEAR", "DAY"])} FROM ${this.#column(scope, "timestamp")})`,
        () => `INSTR(${inner("string")}, '${random.pick(["a", "b", "zz"])}')`,
        () => `(${this.#column(scope, "int")} | ${random.int(0, 7)})`,
        () => `GREATEST(${same()}, ${same()}, ${this.#column(scope, "int")})`,
        () => `CASE ${this.#column(scope, "string")} WHEN 'a' THEN ${same()} WHEN 'B' THEN ${same()} END`,
        () => `POSITION('${random.pick(["a", "b", "zz"])}' IN ${inner("string")})`,
        () => `(${this.#column(scope, "int")} & ${random.int(0, 7)})`,
        () => `CAST(SIGN(${same()}) AS INT)`,
        () => `CAST(FLOOR(${inner("double")}) AS BIGINT)`,
        () => `LEAST(${same()}, ${same()})`,
        () => (scope.depth > 0 ? this.#scalar(scope, "int") : same()),
      ],
      double: [
        () => `(${same()} + ${same()})`,
        () => `(${same()} * ${random.int(-2, 3)})`,
        () => `(${same()} / ${random.pick([2, 4, -8])})`,
        () => `CAST(${inner("int")} AS DOUBLE)`,
      ],
      decimal: [
        () => `CAST(${this.#column(scope, "decimal")} * ${literalOf(random, "decimal")} AS DECIMAL(18,2))`,
        () => `ABS(${same()})`,
        () => `CAST(${inner("int")} % 1000 AS DECIMAL(18,2))`,
        () => `CAST(${same()} + ${same()} AS DECIMAL(18,2))`,
        () => `CAST(${same()} - ${same()} AS DECIMAL(18,2))`,
      ],
      string: [
        () => `(${same()} || ${same()})`,
        () => `UPPER(${same()})`,
        () => `SUBSTRING(${same()}, ${random.int(1, 3)}, ${random.int(0, 3)})`,
        () => `REPLACE(${same()}, 'a', 'xy')`,
        () => `TRIM(${same()})`,
        () => `LOWER(${same()})`,
        () => `${random.pick(["LPAD", "RPAD"])}(${same()}, ${random.int(0, 6)}, '${random.pick(["x", "yz"])}')`,
        () => `REVERSE(${same()})`,
        () => `${random.pick(["LEFT", "RIGHT"])}(${same()}, ${random.int(0, 3)})`,
        () => `REPEAT(${same()}, ${random.int(0, 3)})`,
        () => `CONCAT_WS('-', ${same()}, ${same()}, ${same()})`,
        () => `SPLIT_PART(${same()}, '${random.pick(["a", "b", " "])}', ${random.int(1, 2)})`,
        () => `TRANSLATE(${same()}, 'ab', 'b')`,
        () => `CAST(${inner("date")} AS STRING)`,
        () => `CAST(${this.#column(scope, "timestamp")} AS STRING)`,
        () => `CAST(${inner("int")} AS STRING)`,
      ],
      date: [
        () => `GREATEST(${same()}, ${same()})`,
        () => `CAST(${same()} + INTERVAL ${random.int(1, 40)} ${random.pick(["DAY", "MONTH"])} AS DATE)`,
        () => `CAST(${same()} - INTERVAL ${random.int(1, 40)} DAY AS DATE)`,
        () => `CAST(DATE_TRUNC('${random.pick(["month", "week", "quarter"])}', ${same()}) AS DATE)`,
        () => `CAST(${this.#column(scope, "timestamp")} AS DATE)`,
        () => `LAST_DAY(${same()})`,
      ],
      timestamp: [() => `${same()}`],
      boolean: [() => `(${this.#condition(scope, depth)})`],
    };
    return random.pick([...own[kind], ...own[kind], ...common])();
  }

  /** A subquery with one value for a row: an aggregate. */
  #scalar(scope, kind) {
    const from = this.#relation(1);
    const inner = { columns: from.columns, outer: [], depth: 0 };
    const link = this.#link(scope, from);
    const value = this.#expression(inner, kind, 1);
    const forms = [`MAX(${value})`, `MIN(${value})`];
    if (kind === "int")
      forms.push("COUNT(*)", `COUNT(${value})`, `CAST(SUM(${value}) AS BIGINT)`, `COALESCE(MAX(${value}), -1)`, `COUNT(*) + 1`);
    const having = this.random.chance(0.1) ? ` HAVING COUNT(*) > ${this.random.int(0, 2)}` : "";
    return `(SELECT ${this.random.pick(forms)} FROM ${from.text}${link}${having})`;
  }

  /** A WHERE by which a subquery depends on the row around it, mostly. */
  #link(scope, from) {
    const { random } = this;
    const pairs = scope.columns.flatMap((a) => from.columns.filter((b) => b.kind === a.kind && a.kind !== "boolean").map((b) => `${b.text} = ${a.text}`)); // prettier-ignore
    if (pairs.length === 0 || random.chance(0.3)) return "";
    const inner = { columns: from.columns, outer: [], depth: 0 };
    const more = random.chance(0.3) ? ` AND ${this.#condition(inner, 0)}` : "";
    return ` WHERE ${random.pick(pairs)}${more}`;
  }

  #condition(scope, depth) {
    const { random } = this;
    if (depth > 0 && random.chance(0.35)) {
      const [a, b] = [this.#condition(scope, depth - 1), this.#condition(scope, depth - 1)];
      return random.pick([`(${a} AND ${b})`, `(${a} OR ${b})`, `NOT (${a})`]);
    }
    const kind = random.pick(["int", "int", "double", "decimal", "string", "date", "timestamp"]);
    const value = () => this.#expression(scope, kind, Math.max(0, depth - 1));
    const options = [
      () => `${value()} ${random.pick(["=", "<>", "<", "<=", ">", ">="])} ${value()}`,
      () => `${value()} ${random.pick(["=", "<", ">="])} ${literalOf(random, kind)}`,
      () => `${value()} IS ${random.pick(["NULL", "NOT NULL"])}`,
      () => `${value()} ${random.pick(["IN", "NOT IN"])} (${literalOf(random, kind)}, ${literalOf(random, kind)}, ${random.chance(0.15) ? "NULL" : literalOf(random, kind)})`, // prettier-ignore
      () => `${value()} BETWEEN ${literalOf(random, kind)} AND ${literalOf(random, kind)}`,
      () => `${value()} IS NOT DISTINCT FROM ${value()}`,
      () => `${this.#column(scope, "string")} LIKE '${random.pick(["a%", "%b", "%a%", "_", "", "a_b"])}'`,
      () => `CONTAINS(${this.#column(scope, "string")}, '${random.pick(["a", "", "zz"])}')`,
      () => `${this.#column(scope, "string")} ILIKE '${random.pick(["A%", "%B", "_b", ""])}'`,
      () => `${value()} IS DISTINCT FROM ${value()}`,
      () => `${value()} NOT BETWEEN ${literalOf(random, kind)} AND ${value()}`,
      () => this.#column(scope, "boolean"),
    ];
    if (scope.depth > 0 && random.chance(0.15)) {
      const from = this.#relation(1);
      const inner = { columns: from.columns, outer: [], depth: 0 };
      return random.pick([
        () => `${random.pick(["", "NOT "])}EXISTS (SELECT 1 FROM ${from.text}${this.#link(scope, from)})`,
        () =>
          `${this.#column(scope, kind)} ${random.pick(["IN", "NOT IN"])} (SELECT ${this.#column(inner, kind)} FROM ${from.text})`,
        () => `${this.#column(scope, kind)} IN (SELECT ${this.#column(inner, kind)} FROM ${from.text}${this.#link(scope, from)})`,
        () => `${this.#column(scope, "int")} ${random.pick(["=", "<", ">="])} ${this.#scalar(scope, "int")}`,
        () => `${this.#scalar(scope, "int")} BETWEEN ${random.int(-4, 2)} AND ${random.int(0, 9)}`,
        () =>
          `${this.#column(scope, kind)} NOT IN (SELECT ${this.#column(inner, kind)} FROM ${from.text}${this.#link(scope, from)})`,
        () => `(${this.#column(scope, "boolean")} OR EXISTS (SELECT 1 FROM ${from.text}${this.#link(scope, from)}))`,
      ])();
    }
    return random.pick(options)();
  }

  #aggregate(scope, kind) {
    const { random } = this;
    const of = (type) => this.#expression({ ...scope, depth: 0, outer: [] }, type, 1);
    const filter = random.chance(0.15) ? ` FILTER (WHERE ${this.#condition({ ...scope, depth: 0, outer: [] }, 0)})` : "";
    const extreme = () => `${random.pick(["MIN", "MAX"])}(${of(kind)})${filter}`;
    switch (kind) {
      case "int":
        return random.pick([
          () => `COUNT(*)${filter}`,
          () => `COUNT(${of(random.pick(KINDS))})${filter}`,
          () => `COUNT(DISTINCT ${of(random.pick(["int", "string", "date"]))})${filter}`,
          () => `COALESCE(COUNT_IF(${this.#condition({ ...scope, depth: 0, outer: [] }, 1)}), 0)`,
          () => `COUNT(DISTINCT ${of("int")})`,
          () =>
            `CAST(${random.pick(["BIT_AND", "BIT_OR", "BIT_XOR"])}(${this.#column({ ...scope, outer: [] }, "int")})${filter} AS BIGINT)`,
          () => `CAST(SUM(${random.pick(["", "DISTINCT "])}${of("int")})${filter} AS BIGINT)`,
          extreme,
        ])();
      case "double":
        return random.pick([() => `SUM(${of("double")})${filter}`, () => `AVG(${of(random.pick(["int", "double"]))})${filter}`, extreme])(); // prettier-ignore
      case "decimal":
        return random.pick([() => `CAST(SUM(${of("decimal")})${filter} AS DECIMAL(18,2))`, extreme])();
      case "boolean":
        return random.pick([() => `BOOL_AND(${of("boolean")})${filter}`, () => `BOOL_OR(${of("boolean")})${filter}`])();
      default:
        return extreme();
    }
  }

  #window(scope) {
    const { random } = this;
    const kind = random.pick(["int", "string", "date"]);
    const order = `${this.#column(scope, kind)} ${random.pick(["ASC", "DESC"])} NULLS ${random.pick(["FIRST", "LAST"])}`;
    const by = random.chance(0.6) ? `PARTITION BY ${this.#column(scope, random.pick(["string", "int"]))} ` : "";
    const of = this.#column(scope, "int");
    const ids = scope.columns.filter((column) => column.text.endsWith(".id"));
    // With the row's own number in it an order has no ties, in one table.
    const total = ids.length === 1 && scope.columns.length === Object.keys(KIND).length ? `${order}, ${ids[0].text}` : null;
    const rows = `ROWS BETWEEN ${random.pick(["UNBOUNDED PRECEDING", `${random.int(0, 3)} PRECEDING`, "CURRENT ROW"])} AND ${random.pick(["UNBOUNDED FOLLOWING", `${random.int(0, 3)} FOLLOWING`, "CURRENT ROW"])}`; // prettier-ignore
    if (total !== null && random.chance(0.6)) {
      return random.pick([
        `ROW_NUMBER() OVER (${by}ORDER BY ${total})`,
        `NTILE(${random.int(1, 4)}) OVER (${by}ORDER BY ${total})`,
        `LAG(${of}, ${random.int(1, 3)}) OVER (${by}ORDER BY ${total})`,
        `NTH_VALUE(${of}, ${random.int(1, 3)}) OVER (${by}ORDER BY ${total} ${rows})`,
        `CAST(FLOOR(10 * PERCENT_RANK() OVER (${by}ORDER BY ${total})) AS BIGINT)`,
        `LEAD(${of}, ${random.int(1, 3)}, -7) OVER (${by}ORDER BY ${total})`,
        `FIRST_VALUE(${of}) OVER (${by}ORDER BY ${total} ${rows})`,
        `LAST_VALUE(${of}) OVER (${by}ORDER BY ${total} ${rows})`,
        `CAST(SUM(${of}) OVER (${by}ORDER BY ${total} ${rows}) AS BIGINT)`,
        `COUNT(${of}) OVER (${by}ORDER BY ${total} ${rows})`,
        `MIN(${of}) OVER (${by}ORDER BY ${total} ${rows})`,
      ]);
    }
    const ints = this.#column(scope, "int");
    const range = `RANGE BETWEEN ${random.int(0, 3)} PRECEDING AND ${random.pick([`${random.int(0, 3)} FOLLOWING`, "CURRENT ROW", "UNBOUNDED FOLLOWING"])}`; // prettier-ignore
    return random.pick([
      `RANK() OVER (${by}ORDER BY ${order})`,
      `DENSE_RANK() OVER (${by}ORDER BY ${order})`,
      `CAST(SUM(${of}) OVER (${by}ORDER BY ${order}) AS BIGINT)`,
      `COUNT(*) OVER (${by}ORDER BY ${order})`,
      `MAX(${of}) OVER (${by})`,
      `MIN(${of}) OVER (${by}ORDER BY ${order} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`,
      `COUNT(*) OVER (${by}ORDER BY ${ints} ${random.pick(["ASC NULLS FIRST", "DESC NULLS FIRST"])} ${range})`,
      `CAST(SUM(${of}) OVER (${by}ORDER BY ${ints} ${random.pick(["DESC NULLS LAST", "ASC NULLS LAST"])} ${range}) AS BIGINT)`,
      `MAX(${of}) FILTER (WHERE ${this.#condition({ ...scope, depth: 0, outer: [] }, 0)}) OVER (${by}ORDER BY ${order})`,
    ]);
  }
}
