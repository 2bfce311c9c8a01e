/**
 * Source of the loops that read chunks: column locals loaded once a chunk, and per record only what the body uses. The
 * fused loop of a stage and the plain readers below are made of the same pieces.
 */
import type { Chunk, ChunkSource, Shape } from "./chunk";
import type { LoopBuilder, Term } from "./loop";
import { compile } from "./compile";
import { shapeKey } from "./rows/shapes";

/** What a loop is generated for: chunks of the same form are read by the same code. */
export type ChunkForm = "rows" | "range" | "lines" | Shape;

export function formOf(chunk: Chunk): ChunkForm {
  return chunk.kind === "columns" ? chunk.shape : chunk.kind;
}

/** The same text exactly for equal forms. */
export function formKey(form: ChunkForm): string {
  return typeof form === "string" ? form : shapeKey(form);
}

export interface ChunkLoopOptions {
  /** Name of the variable that holds the chunk; "chunk" unless told. */
  readonly chunk?: string;
  /** Expression over locals of the caller, looked at before each record: true ends the loop. */
  readonly stopped?: string;
}

/**
 * A complete loop over one chunk of the given form. `body` gives the statements for one record; it is called once. They
 * may use `continue` (on to the next record) and `break`.
 */
export function chunkLoop(
  form: ChunkForm,
  builder: LoopBuilder,
  body: (value: Term) => string,
  options: ChunkLoopOptions = {},
): string {
  const chunk = options.chunk ?? "chunk";
  const going = options.stopped === undefined ? "" : ` && !(${options.stopped})`;
  if (form === "rows") {
    const [rows, index, end, row] = [builder.local("rows"), builder.local("i"), builder.local("end"), builder.local("row")];
    return `const ${rows} = ${chunk}.rows;
for (let ${index} = ${chunk}.start, ${end} = ${chunk}.end; ${index} < ${end}${going}; ${index}++) {
  const ${row} = ${rows}[${index}];
${body({ code: row })}
}`;
  }
  if (form === "range") {
    const [start, step, index, end, value] = ["start", "step", "i", "end", "value"].map((hint) => builder.local(hint)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    return `const ${start} = ${chunk}.start, ${step} = ${chunk}.step;
for (let ${index} = 0, ${end} = ${chunk}.length; ${index} < ${end}${going}; ${index}++) {
  const ${value} = ${start} + ${index} * ${step};
${body({ code: value })}
}`;
  }
  if (form === "lines") {
    const [text, from, to, end, line] = ["text", "from", "to", "end", "line"].map((hint) => builder.local(hint)) as [
      string,
      string,
      string,
      string,
      string,
    ];
    return `const ${text} = ${chunk}.text;
for (let ${from} = 0, ${to} = 0, ${end} = ${text}.length; ${from} < ${end}${going}; ${from} = ${to} + 1) {
  ${to} = ${text}.indexOf("\\n", ${from});
  if (${to} < 0) ${to} = ${end};
  const ${line} = ${text}.substring(${from}, ${to});
${body({ code: line })}
}`;
  }
  const index = builder.local("i");
  const end = builder.local("end");
  const reading = new ColumnReading(builder, chunk, index);
  const term = reading.term(form);
  const statements = body(term);
  return `${reading.declarations(statements)}
for (let ${index} = 0, ${end} = ${chunk}.length; ${index} < ${end}${going}; ${index}++) {
${reading.locals(statements)}
${statements}
}`;
}

/** Names the leaves of a shape and, once the body is known, declares those that it uses. */
class ColumnReading {
  readonly #builder: LoopBuilder;
  readonly #chunk: string;
  readonly #index: string;
  readonly #columns: { readonly name: string; readonly declaration: string }[] = [];
  /** In an order in which each uses only earlier ones. */
  readonly #locals: { readonly name: string; readonly declaration: string }[] = [];

  constructor(builder: LoopBuilder, chunk: string, index: string) {
    this.#builder = builder;
    this.#chunk = chunk;
    this.#index = index;
  }

  term(shape: Shape): Term {
    const items = shape.type === "tuple" ? shape.items.map((item) => this.#local(item)) : [];
    if (shape.type === "tuple") {
      const code = `[${items.join(", ")}]`;
      return items.length === 2 ? { code, pair: [items[0]!, items[1]!] } : { code: this.#declare("row", code) };
    }
    return { code: this.#local(shape) };
  }

  /** A local that holds a part of the record. */
  #local(shape: Shape): string {
    switch (shape.type) {
      case "tuple":
        return this.#declare("tuple", `[${shape.items.map((item) => this.#local(item)).join(", ")}]`);
      case "record": {
        const fields = shape.keys.map((key, index) => `${propertyName(key)}: ${this.#local(shape.fields[index]!)}`);
        return this.#declare("record", `{ ${fields.join(", ")} }`);
      }
      case "string": {
        const column = this.#columns.length;
        const text = this.#column("text", `${this.#chunk}.columns[${column}].text`);
        const offsets = this.#builder.local("offsets");
        this.#columns[column] = {
          name: text,
          declaration: `${text} = ${this.#chunk}.columns[${column}].text, ${offsets} = ${this.#chunk}.columns[${column}].offsets`,
        };
        return this.#declare("string", `${text}.substring(${offsets}[${this.#index}], ${offsets}[${this.#index} + 1])`);
      }
      case "boolean":
        return this.#declare("boolean", `${this.#values()}[${this.#index}] === 1`);
      case "number":
        return this.#declare("number", `${this.#values()}[${this.#index}]`);
      case "any":
        return this.#declare("value", `${this.#values()}[${this.#index}]`);
    }
  }

  #values(): string {
    return this.#column("values", `${this.#chunk}.columns[${this.#columns.length}].values`);
  }

  #column(hint: string, code: string): string {
    const name = this.#builder.local(hint);
    this.#columns.push({ name, declaration: `${name} = ${code}` });
    return name;
  }

  #declare(hint: string, code: string): string {
    const name = this.#builder.local(hint);
    this.#locals.push({ name, declaration: code });
    return name;
  }

  /** The declarations of locals that `body` uses, or that those use. */
  locals(body: string): string {
    let used = body;
    const lines: string[] = [];
    for (const { name, declaration } of [...this.#locals].reverse()) {
      if (!mentions(used, name)) continue;
      used += ` ${declaration}`;
      lines.unshift(`const ${name} = ${declaration};`);
    }
    return lines.join("\n");
  }

  declarations(body: string): string {
    const used = this.locals(body);
    return this.#columns
      .filter(({ name }) => mentions(used, name))
      .map(({ declaration }) => `const ${declaration};`)
      .join("\n");
  }
}

function mentions(code: string, name: string): boolean {
  for (let at = code.indexOf(name); at >= 0; at = code.indexOf(name, at + 1)) {
    if (!isWordPart(code.charCodeAt(at - 1)) && !isWordPart(code.charCodeAt(at + name.length))) return true;
  }
  return false;
}

const isWordPart = (unit: number): boolean =>
  (unit >= 48 && unit <= 57) || (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122) || unit === 36 || unit === 95;

/** A key in an object literal; "__proto__" as such would set the prototype. */
function propertyName(key: string): string {
  const text = JSON.stringify(key);
  return key === "__proto__" ? `[${text}]` : text;
}

/** Names for the locals of one generated function; values bound to it become its parameters. */
export class FunctionBuilder implements LoopBuilder {
  readonly #bound: (readonly [name: string, value: unknown])[] = [];
  #names = 0;

  bind(value: unknown, hint: string): string {
    const name = this.local(hint);
    this.#bound.push([name, value]);
    return name;
  }

  local(hint: string): string {
    return `${hint.replace(/[^\w$]/g, "_")}$${this.#names++}`;
  }

  /** The function of these parameters and this body, closed over everything that was bound. */
  compile<F extends (...args: never[]) => unknown>(parameters: readonly string[], body: string): F {
    return compile<F>(`return function (${parameters.join(", ")}) {\n${body}\n};`, Object.fromEntries(this.#bound));
  }
}

type Materialiser = (chunk: Chunk) => unknown[];

const MAX_MATERIALISERS = 512;
const materialisers = new Map<string, Materialiser>();
const byShape = new WeakMap<Shape, Materialiser>();

function materialiserOf(form: ChunkForm): Materialiser {
  const kept = typeof form === "string" ? undefined : byShape.get(form);
  if (kept !== undefined) return kept;
  const key = formKey(form);
  let materialiser = materialisers.get(key);
  if (materialiser === undefined) {
    const builder = new FunctionBuilder();
    // Lines are counted by reading them; the others are many times cheaper to store in a list that has its length.
    const body =
      form === "lines"
        ? `const out = [];\n${chunkLoop(form, builder, ({ code }) => `out.push(${code});`)}\nreturn out;`
        : `const out = new Array(chunk.length);\nlet at = 0;\n${chunkLoop(form, builder, ({ code }) => `out[at++] = ${code};`)}\nreturn out;`;
    materialiser = builder.compile<Materialiser>(["chunk"], body);
    if (materialisers.size >= MAX_MATERIALISERS) materialisers.clear();
    materialisers.set(key, materialiser);
  }
  if (typeof form !== "string") byShape.set(form, materialiser);
  return materialiser;
}

/** The records of a chunk. May be the chunk's own array: do not change it. */
export function rowsOf(chunk: Chunk): readonly unknown[] {
  if (chunk.kind === "rows") {
    return chunk.start === 0 && chunk.end === chunk.rows.length ? chunk.rows : chunk.rows.slice(chunk.start, chunk.end);
  }
  return materialiserOf(formOf(chunk))(chunk);
}

/** The records of a source, one by one; a chunk at a time becomes objects. Ending early (`return`) closes the source. */
export function iterate(source: ChunkSource): IterableIterator<unknown> {
  return new SourceIterator(source);
}

class SourceIterator implements IterableIterator<unknown> {
  readonly #source: ChunkSource;
  #rows: readonly unknown[] = [];
  #index = 0;
  #ended = false;

  constructor(source: ChunkSource) {
    this.#source = source;
  }

  next(): IteratorResult<unknown> {
    while (this.#index === this.#rows.length) {
      const chunk = this.#ended ? null : this.#source.next();
      if (chunk === null) return this.return();
      this.#rows = rowsOf(chunk);
      this.#index = 0;
    }
    return { done: false, value: this.#rows[this.#index++] };
  }

  return(): IteratorResult<unknown> {
    this.#ended = true;
    this.#rows = [];
    this.#index = 0;
    this.#source.close();
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}
