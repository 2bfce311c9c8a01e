/** Each row with each row that a generator makes of it. Arrays are exploded without looking at their elements. */
import { boxedReader, gather, vectorBuilder } from "../../../columnar/batch";
import type { Boxed } from "../../../columnar/types";
import type { BatchSource, BoxedRow, ColumnBatch, Vector } from "../../../columnar/vector";
import type { Attribute } from "../../expressions/expression";
import type { GenerateExec } from "../../physical/plan";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { type SplitTexts, splitTexts } from "./split-parts";

type Generate = (...args: Boxed[]) => Iterable<BoxedRow>;

export class GenerateOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #args: Projection;
  readonly #explodes: boolean;
  /** The one argument of explode, where it need not be made. */
  readonly #split: SplitTexts | null;
  /** Columns of the child that pass on, in the order of the output. */
  readonly #kept: readonly number[];

  constructor(
    private readonly node: GenerateExec,
    private readonly child: Operator,
    private readonly host: CodegenHost,
  ) {
    this.output = node.output;
    const { generator } = node;
    this.#explodes = generator.user === undefined && /^(pos)?explode(_outer)?$/.test(generator.fn);
    this.#split = this.#explodes ? splitTexts(generator.args[0]!) : null;
    this.#args = new Projection(this.#split === null ? generator.args : [this.#split.text], child.output, host);
    const places = new Map(child.output.map((attribute, index) => [attribute.id, index]));
    const generated = new Set(node.generated.map((attribute) => attribute.id));
    this.#kept = node.output.filter(({ id }) => !generated.has(id)).map(({ id }) => places.get(id)!);
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const argsOf = this.#args.open(task);
    const { generator } = this.node;
    const generate: Generate =
      generator.user === undefined
        ? this.host.functions.generator(generator.fn).generate(generator, task.evaluation)
        : task.services.userFunctions.table(generator.user, generator.args);
    const source = this.child.open(task);
    try {
      for (let batch = source.next(); batch !== null; batch = source.next()) {
        if (batch.length === 0) continue;
        const args = argsOf(batch);
        const made = this.#rows(batch, this.#split === null ? args : [this.#split.parts(args[0]!)], generate);
        if (made.length > 0) yield counted(made, metrics);
      }
    } finally {
      source.close();
    }
  }

  #rows(batch: ColumnBatch, args: readonly Vector[], generate: Generate): ColumnBatch {
    const { generator, generated } = this.node;
    const outer = this.node.outer || generator.options?.["outer"] === true;
    const [list] = args;
    if (this.#explodes && list?.form === "list") return this.#explode(batch, list, outer, generator.fn.startsWith("pos"));
    const readers = args.map((arg, i) => boxedReader(arg, generator.args[i]!.type));
    const builders = generated.map((attribute) => vectorBuilder(attribute.type, batch.length));
    const from: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const before = from.length;
      for (const values of generate(...readers.map((read) => read(row)))) {
        from.push(row);
        for (let i = 0; i < builders.length; i++) builders[i]!.append(values[i] ?? null);
      }
      if (outer && from.length === before) {
        from.push(row);
        for (const builder of builders) builder.append(null);
      }
    }
    return this.#joined(
      batch,
      Int32Array.from(from),
      builders.map((builder) => builder.finish()),
    );
  }

  #explode(batch: ColumnBatch, list: Extract<Vector, { form: "list" }>, outer: boolean, withPlace: boolean): ColumnBatch {
    const { starts, ends, valid, child } = list;
    let count = 0;
    for (let row = 0; row < batch.length; row++) {
      const size = valid !== null && valid[row] === 0 ? 0 : ends[row]! - starts[row]!;
      count += size === 0 && outer ? 1 : size;
    }
    const from = new Int32Array(count);
    const elements = new Int32Array(count);
    const places = new Int32Array(count);
    let at = 0;
    let missing = false;
    for (let row = 0; row < batch.length; row++) {
      const start = starts[row]!;
      const size = valid !== null && valid[row] === 0 ? 0 : ends[row]! - start;
      for (let i = 0; i < size; i++, at++) {
        from[at] = row;
        elements[at] = start + i;
        places[at] = i;
      }
      if (size === 0 && outer) {
        from[at] = row;
        elements[at++] = -1;
        missing = true;
      }
    }
    const column = gather(child, elements, count, missing);
    if (!withPlace) return this.#joined(batch, from, [column]);
    const has = missing ? Uint8Array.from(elements, (element) => (element < 0 ? 0 : 1)) : null;
    return this.#joined(batch, from, [{ form: "fixed", length: count, values: places, valid: has }, column]);
  }

  #joined(batch: ColumnBatch, from: Int32Array, generated: readonly Vector[]): ColumnBatch {
    const kept = this.#kept.map((index) => gather(batch.columns[index]!, from, from.length));
    return { length: from.length, columns: [...kept, ...generated] };
  }
}
