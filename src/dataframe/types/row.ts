/** A row as programs see it. */
import { inspect } from "node:util";
import { compile } from "../../columnar/compile";
import { DESERIALIZE, SERIALIZE } from "../../columnar/values/kinds";
import { UsageError } from "../../common/errors";

type Fill = (row: Row, values: readonly unknown[]) => void;

/** So many rows pay for code of their own. */
const ROWS_FOR_CODE = 64;
/** More properties than these V8 keeps in a hash table, whatever stores them. */
const MOST_FOR_CODE = 1000;

/** What rows of one schema share: made once, not for every row. */
export class RowShape {
  #filled = 0;
  #fill: Fill | null = null;
  /** Columns that are properties of the row: not those whose names stand twice or are those of methods, nor numbers, which objects reorder. */
  readonly properties: readonly boolean[];
  readonly allProperties: boolean;

  constructor(readonly names: readonly string[]) {
    this.properties = names.map((name, i) => names.indexOf(name) === i && !RESERVED.has(name) && !/^(?:0|[1-9]\d*)$/.test(name));
    this.allProperties = this.properties.every((property) => property);
    readableByPosition(names.length);
  }

  /**
   * Gives a new row its properties. Stores whose names stand in the code take a third of the time of those by `row[name]`, and these
   * make V8 keep a hash table for each row of some dozens of columns.
   */
  fill(row: Row, values: readonly unknown[]): void {
    if (this.#fill !== null) {
      this.#fill(row, values);
      return;
    }
    const { names, properties } = this;
    for (let i = 0; i < names.length; i++) if (properties[i]!) row[names[i]!] = values[i];
    if (++this.#filled === ROWS_FOR_CODE && names.length <= MOST_FOR_CODE) this.#fill = this.#code();
  }

  #code(): Fill {
    const stores = this.names.map((name, i) => (this.properties[i]! ? `row[${JSON.stringify(name)}] = values[${i}];` : ""));
    return compile(`return (row, values) => { ${stores.join(" ")} };`, {});
  }
}

// Row's methods, and what would change what a row is.
const RESERVED: ReadonlySet<string> = new Set([
  "get",
  "getAs",
  "isNullAt",
  "fieldIndex",
  "toArray",
  "toObject",
  "asDict",
  "toJSON",
  "toString",
  "constructor",
  "__proto__",
]);

/**
 * One row of a result: its columns are properties (`row.name`), in their order, so that `{...row}` is an object of them.
 * `row[0]`, `row.get(0)` and `row.get("name")` read any column, also those whose names stand twice or are those of methods.
 *
 * @example
 * const [row] = await spark.sql("SELECT 1 AS a, 'x' AS b").collect();
 * row.a;        // 1
 * row.get(1);   // "x"
 * const [a, b] = row;
 * ({ ...row }); // { a: 1, b: "x" }
 */
export class Row {
  readonly #shape: RowShape;
  /** Null where the properties hold everything. */
  readonly #values: readonly unknown[] | null;

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- types of columns are known to the query, not to the compiler
  [column: string]: any;

  /** @param shape names of the columns, or a shape that rows share. */
  constructor(shape: RowShape | readonly string[], values: readonly unknown[]) {
    const known = shape instanceof RowShape ? shape : new RowShape(shape);
    this.#shape = known;
    this.#values = known.allProperties ? null : values;
    known.fill(this, values);
  }

  /** A row of an object's properties. */
  static from(object: Readonly<Record<string, unknown>>): Row {
    return new Row(Object.keys(object), Object.values(object));
  }

  /** As `row.get(column)`, for rows of which one does not know whether "get" is a column. */
  static get(row: Row, column: number | string): unknown {
    return row.#at(column);
  }

  /** Names of the columns. */
  static names(row: Row): readonly string[] {
    return row.#shape.names;
  }

  static [SERIALIZE](row: unknown): unknown {
    return [(row as Row).#shape.names, (row as Row).toArray()];
  }

  static [DESERIALIZE](data: unknown): Row {
    const [names, values] = data as [string[], unknown[]];
    return new Row(shapeOf(names), values);
  }

  /** The value of a column, by position or name; undefined where there is none. Of columns with the same name, the first. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  get(column: number | string): any {
    return this.#at(column);
  }

  #at(column: number | string): unknown {
    const { names } = this.#shape;
    const i = typeof column === "number" ? column : names.indexOf(column);
    if (i < 0 || i >= names.length) return undefined;
    return this.#values === null ? this[names[i]!] : this.#values[i];
  }

  /** As `get`, of a type that the program knows; `UsageError` FIELD_NOT_FOUND for a name, and INVALID_ARGUMENT for a position, that is no column's. */
  getAs<T>(column: number | string): T {
    return this.#at(this.#position(column)) as T;
  }

  isNullAt(column: number | string): boolean {
    return this.#at(this.#position(column)) === null;
  }

  /** The position of a column; `UsageError` FIELD_NOT_FOUND where there is none. Of columns with the same name, the first. */
  fieldIndex(name: string): number {
    return this.#position(name);
  }

  #position(column: number | string): number {
    const { names } = this.#shape;
    const i = typeof column === "number" ? column : names.indexOf(column);
    if (names[i] !== undefined) return i;
    if (typeof column === "number")
      throw new UsageError("INVALID_ARGUMENT", `The row has ${names.length} columns, and none at position ${column}.`);
    const known = names.map((name) => `\`${name}\``).join(", ");
    throw new UsageError("FIELD_NOT_FOUND", `No such column \`${column}\` in the row: it has ${known === "" ? "none" : known}.`);
  }

  /** The values in the order of the columns. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  toArray(): any[] {
    return this.#values === null ? this.#shape.names.map((name) => this[name] as unknown) : [...this.#values];
  }

  /** The values in the order of the columns: `const [name, age] = row`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  [Symbol.iterator](): IterableIterator<any> {
    return this.toArray().values();
  }

  /** All columns as a plain object; of those with the same name, the last. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  toObject(): Record<string, any> {
    const values = this.toArray() as unknown[];
    return Object.fromEntries(this.#shape.names.map((name, i) => [name, values[i]]));
  }

  /** As toObject. With `recursive`, rows inside of the row are made objects, too. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  asDict(recursive = false): Record<string, any> {
    if (!recursive) return this.toObject();
    return Object.fromEntries(Object.entries(this.toObject()).map(([name, value]) => [name, plain(value)]));
  }

  toJSON(): unknown {
    return this.toObject();
  }

  /** "[Ann,34]"; moments as ISO text in UTC, arrays and maps as show() has them. */
  toString(): string {
    return `[${(this.toArray() as unknown[]).map(text).join(",")}]`;
  }

  [inspect.custom](depth: number, options: Parameters<typeof inspect>[1]): string {
    return `Row ${inspect(this.toObject(), { ...options, depth })}`;
  }
}

function text(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array)
    return `[${[...value].map((byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ")}]`;
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${text(key)} -> ${text(item)}`).join(", ")}}`;
  return String(value);
}

function plain(value: unknown): unknown {
  if (value instanceof Row) return value.asDict(true);
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [plain(key), plain(item)]));
  return value;
}

let positions = 0;

/** `row[0]`: accessors of the class, which no copy or list of a row's properties has. */
function readableByPosition(count: number): void {
  for (; positions < count; positions++) {
    const at = positions;
    Object.defineProperty(Row.prototype, at, {
      configurable: true,
      get(this: Row): unknown {
        const byName = Row.names(this).indexOf(String(at));
        if (byName >= 0 && byName !== at && at < Row.names(this).length) {
          throw new UsageError(
            "AMBIGUOUS_POSITION",
            `row[${at}] may be the column of that name or of that position: say row.get("${at}") or row.get(${at}).`,
          );
        }
        return Row.get(this, byName >= 0 ? byName : at);
      },
    });
  }
}

/** Rows that arrive one after the other mostly have the same columns. */
let last: RowShape | null = null;

function shapeOf(names: readonly string[]): RowShape {
  if (last !== null && last.names.length === names.length && last.names.every((name, i) => name === names[i])) return last;
  return (last = new RowShape(names));
}
