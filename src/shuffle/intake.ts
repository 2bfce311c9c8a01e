/**
 * The per-record code of every shuffle writer: takes key and value apart without making the pair, stores them by type
 * into the columns of a batch, and hands over each full batch. What is done with a batch is the writer's.
 */
import type { LoopBuilder, Sink, SinkCode, Term } from "../columnar/loop";
import { Spare } from "../common/spare";
import { BATCH_ROWS, type Batch, type BatchColumn } from "./batch";
import { notAPair } from "./pair";
import type { Carries } from "./spec";
import { approximateBytes } from "./value-size";

/** How strings are staged: "text" as one rope (cheap to turn into bytes), "list" as they are (cheap to look at one by one). */
export type StringForm = "text" | "list";

/** A batch is handed over early when the text of its strings is longer than this, in UTF-16 units. */
const TEXT_LIMIT = 1 << 20;

/** Records of a batch that holds JavaScript values: from the first to the second number, for as long as the heap has room. */
const FIRST_OBJECTS = 16;
const MOST_OBJECTS = 1024;
/** But not more than take about so many bytes, as a few of them show. */
const BATCH_BYTES = 1 << 20;
const SAMPLES = 4;

// Kinds seen in a batch, one bit each; the value's are shifted by VALUE_SHIFT.
const NUMBER = 1;
const STRING = 2;
const OTHER = 4;
const VALUE_SHIFT = 3;

/** Where the values of a column are gathered. */
interface Places {
  readonly numbers: Float64Array;
  /** Strings (form "list") and all that is neither number nor string; undefined where there is nothing. */
  readonly list: unknown[];
  /** Offsets of strings in `text` (form "text"): string i ends at offsets[i + 1]. */
  readonly offsets: Int32Array;
}

const spare = new Spare<Places>(
  () => ({
    numbers: new Float64Array(BATCH_ROWS),
    list: new Array<unknown>(BATCH_ROWS).fill(undefined),
    offsets: new Int32Array(BATCH_ROWS + 1),
  }),
  4,
);
const RELEASED: Places = { numbers: new Float64Array(0), list: [], offsets: new Int32Array(0) };

/** One column while it is gathered. Public fields are read and written by generated code. */
class Staged {
  places = spare.take();
  text = "";

  constructor(
    readonly form: StringForm,
    readonly shift: number,
  ) {}

  /** The first `length` values as one column. `kinds` are the bits of this column, `types` those of each record. */
  take(length: number, kinds: number, types: Uint8Array): BatchColumn {
    if (kinds === NUMBER) return { type: "number", values: this.places.numbers.subarray(0, length) };
    if (kinds === STRING) {
      if (this.form === "text") return { type: "text", text: this.text, offsets: this.places.offsets.subarray(0, length + 1) };
      return { type: "strings", values: this.places.list.slice(0, length) as string[] };
    }
    const values = this.places.list.slice(0, length);
    if (kinds !== OTHER) this.#fillIn(values, types);
    return { type: "any", values };
  }

  #fillIn(values: unknown[], types: Uint8Array): void {
    let start = 0;
    for (let i = 0; i < values.length; i++) {
      const kind = (types[i]! >>> this.shift) & 7;
      if (kind === NUMBER) values[i] = this.places.numbers[i];
      else if (kind === STRING && this.form === "text") {
        const end = this.places.offsets[i + 1]!;
        values[i] = this.text.substring(start, end);
        start = end;
      }
    }
  }

  /** Whether values of these kinds are held as JavaScript values. */
  isOnHeap(kinds: number): boolean {
    return (kinds & OTHER) !== 0 || (this.form === "list" && (kinds & STRING) !== 0);
  }

  /** Bytes that one of the first `length` values takes, by a few of them. Only where they are JavaScript values. */
  valueBytes(length: number): number {
    const step = Math.max(1, Math.floor(length / SAMPLES));
    let bytes = 0;
    let count = 0;
    for (let i = 0; i < length; i += step, count++) bytes += approximateBytes(this.places.list[i]);
    return bytes / count;
  }

  /** Nothing more is gathered. */
  release(): void {
    if (this.places !== RELEASED) spare.giveBack(this.places);
    this.places = RELEASED;
  }

  /** Lets go of what the batch held. */
  clear(length: number, kinds: number): void {
    this.text = "";
    if (this.isOnHeap(kinds)) this.places.list.fill(undefined, 0, length);
  }
}

export class Intake implements Sink {
  // Read and written by generated code.
  readonly key: Staged;
  readonly value: Staged;
  readonly types = new Uint8Array(BATCH_ROWS);
  count = 0;
  kinds = 0;
  /** Records of a batch: fewer while they hold JavaScript values, so that the heap is looked at often enough. */
  limit = FIRST_OBJECTS;
  records = 0;

  constructor(
    readonly carries: Carries,
    keyForm: StringForm,
    valueForm: StringForm,
    private readonly accept: (batch: Batch) => void,
  ) {
    this.key = new Staged(keyForm, 0);
    this.value = new Staged(valueForm, VALUE_SHIFT);
  }

  emit(builder: LoopBuilder): SinkCode {
    const state = builder.bind(this, "intake");
    const isArray = builder.bind(Array.isArray, "isArray");
    const notPair = builder.bind(notAPair, "notAPair");
    const count = builder.local("count");
    const kinds = builder.local("kinds");
    const types = builder.local("types");
    const limit = builder.local("limit");
    const columns: ColumnNames[] = [columnNames(builder, "key", this.key)];
    if (this.carries !== "keys") columns.push(columnNames(builder, "value", this.value));
    const texts = columns.filter(({ form }) => form === "text");
    const full = texts.map(({ text }) => ` || ${text}.length > ${TEXT_LIMIT}`).join("");
    const save = texts.map(({ source, text }) => ` ${state}.${source}.text = ${text};`).join("");
    const store = `${state}.count = ${count}; ${state}.kinds = ${kinds};${save}`;
    const reload = `${count} = 0; ${kinds} = 0; ${limit} = ${state}.limit;${texts.map(({ text }) => ` ${text} = "";`).join("")}`;
    return {
      enter: [
        `let ${count} = ${state}.count, ${kinds} = ${state}.kinds, ${limit} = ${state}.limit;`,
        `const ${types} = ${state}.types;`,
        ...columns.map(
          ({ source, numbers, list }) =>
            `const ${numbers} = ${state}.${source}.places.numbers, ${list} = ${state}.${source}.places.list;`,
        ),
        ...texts.map(
          ({ source, offsets, text }) =>
            `const ${offsets} = ${state}.${source}.places.offsets; let ${text} = ${state}.${source}.text;`,
        ),
      ].join("\n"),
      row: (term: Term) => {
        const type = builder.local("type");
        const [key, value] = [builder.local("k"), builder.local("v")];
        const lines = [`let ${type};`];
        if (this.carries === "keys") {
          lines.push(`const ${key} = ${term.code};`);
        } else if (term.pair) {
          lines.push(`const ${key} = ${term.pair[0]}, ${value} = ${term.pair[1]};`);
        } else {
          const pair = builder.local("pair");
          lines.push(
            `const ${pair} = ${term.code};`,
            `if (!${isArray}(${pair}) || ${pair}.length !== 2) ${notPair}(${pair});`,
            `const ${key} = ${pair}[0], ${value} = ${pair}[1];`,
          );
        }
        columns.forEach((column, i) => lines.push(storeCode(column, i === 0 ? key : value, type, count)));
        lines.push(
          `${types}[${count}] = ${type}; ${kinds} |= ${type};`,
          `if (++${count} === ${limit}${full}) { ${store} ${state}.flush(); ${reload} }`,
        );
        return `{ ${lines.join("\n")} }`;
      },
      leave: store,
    };
  }

  /** Hands over what was gathered since the last batch. */
  flush(): void {
    const { count, kinds } = this;
    if (count === 0) return;
    const keyKinds = kinds & 7;
    const valueKinds = kinds >>> VALUE_SHIFT;
    const key = this.key.take(count, keyKinds, this.types);
    const value: BatchColumn = this.carries === "keys" ? { type: "none" } : this.value.take(count, valueKinds, this.types);
    this.records += count;
    let bytes = 0;
    if (this.key.isOnHeap(keyKinds)) bytes += this.key.valueBytes(count);
    if (this.value.isOnHeap(valueKinds)) bytes += this.value.valueBytes(count);
    const fitting = Math.max(1, Math.floor(BATCH_BYTES / bytes));
    this.limit = bytes === 0 ? BATCH_ROWS : Math.min(MOST_OBJECTS, Math.max(FIRST_OBJECTS, 2 * this.limit), fitting);
    this.count = 0;
    this.kinds = 0;
    this.accept({ length: count, key, value });
    this.key.clear(count, keyKinds);
    this.value.clear(count, valueKinds);
  }

  /** Hands over what is left; nothing can be gathered afterwards. */
  finish(): void {
    this.flush();
    this.key.release();
    this.value.release();
  }

  /** The heap was found full: the next batches are small ones. */
  restrain(): void {
    this.limit = Math.min(this.limit, FIRST_OBJECTS);
  }
}

interface ColumnNames {
  readonly source: "key" | "value";
  readonly form: StringForm;
  readonly shift: number;
  readonly numbers: string;
  readonly list: string;
  readonly offsets: string;
  readonly text: string;
}

function columnNames(builder: LoopBuilder, source: "key" | "value", { form, shift }: Staged): ColumnNames {
  const name = (what: string): string => builder.local(`${source}${what}`);
  return { source, form, shift, numbers: name("Numbers"), list: name("List"), offsets: name("Offsets"), text: name("Text") };
}

/** Statements that store one value into its column and note its kind in `type`. The key comes first. */
function storeCode(
  { form, shift, numbers, list, offsets, text }: ColumnNames,
  from: string,
  type: string,
  count: string,
): string {
  const set = shift === 0 ? "=" : "|=";
  const string =
    form === "text" ? `${text} += ${from}; ${offsets}[${count} + 1] = ${text}.length;` : `${list}[${count}] = ${from};`;
  return `if (typeof ${from} === "number") { ${numbers}[${count}] = ${from}; ${type} ${set} ${NUMBER << shift}; }
else if (typeof ${from} === "string") { ${string} ${type} ${set} ${STRING << shift}; }
else { ${list}[${count}] = ${from}; ${type} ${set} ${OTHER << shift}; }`;
}
