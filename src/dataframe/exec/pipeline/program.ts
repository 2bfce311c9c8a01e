/**
 * A pipeline as generated functions. One function takes the rows [from, to) of a batch through all steps into the sink; there
 * is one for each combination of column forms that occurs, so that code for nulls, dictionaries and wide numbers is only where
 * there are some.
 *
 *   function pipeline(batch, from, to, K, S, T, N)  K what the code closes over, S the sink's state, T the join tables,
 *                                                   N to be added to: rows behind each place of `rowPlaces`
 */
import type { ColumnBatch } from "../../../columnar/vector";
import { type Binding, bindingWithFields, Emitter } from "../../codegen/emitter";
import { formOf, formsOf, loadColumn, loadField, type ColumnForm } from "../../codegen/columns";
import { compileFunction } from "../../codegen/compile";
import { type Binder, FunctionWriter, indented, type TaskScope } from "../../codegen/writer";
import type { ColumnOrigin, Term } from "../../codegen/term";
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { attributesOf, childrenOf } from "../../expressions/traverse";
import type { FunctionRegistry } from "../../functions/registry";
import type { LastingSettings } from "../../settings";
import type { JoinTable } from "../join/table";
import { conjuncts } from "./conjuncts";
import { originsOf, rowPlaces, type Chain } from "./steps";

/** Where a pipeline ends: it writes the code for one row. */
export interface SinkEmitter {
  /** What its code depends on besides the columns. */
  readonly mode: string;
  /** Expressions that it evaluates. */
  readonly reads: readonly Expression[];
  /** For each row it looks at some place in memory that no row before it tells of. */
  readonly scatters: boolean;
  emit(code: PipelineCode): unknown;
}

export interface PipelineCode {
  readonly emitter: Emitter;
  readonly writer: FunctionWriter;
  readonly origins: ReadonlyMap<ExprId, ColumnOrigin>;
  /** Statements after the loop. */
  readonly after: string[];
  /** The code that ends work on the row at hand. */
  skip: string;
  /** The local with the row of a source: of the input, or of a join's build side (-1: none). */
  rowOf(source: number): string;
  setRow(source: number, local: string): void;
}

export type PipelineFunction = (
  batch: ColumnBatch,
  from: number,
  to: number,
  constants: readonly unknown[],
  sink: unknown,
  tables: readonly JoinTable[],
  counts: Float64Array,
) => void;

export interface Variant {
  readonly source: string;
  readonly run: PipelineFunction;
  readonly binders: readonly Binder[];
  /** What the sink said of its code. */
  readonly notes: unknown;
}

export interface CodegenHost {
  readonly functions: FunctionRegistry;
  readonly settings: LastingSettings;
}

export class PipelineProgram {
  readonly #variants = new Map<string, Variant>();
  readonly places: readonly (readonly number[])[];
  readonly #used: readonly number[];
  readonly #usedBuild: readonly (readonly number[])[];
  /** Columns that something is computed of. */
  readonly #needed: ReadonlySet<ExprId>;

  constructor(
    readonly chain: Chain,
    reads: readonly Expression[],
    private readonly host: CodegenHost,
  ) {
    this.places = rowPlaces(chain);
    const ids = new Set<ExprId>();
    const note = (expression: Expression): void => attributesOf(expression).forEach(({ id }) => ids.add(id));
    reads.forEach(note);
    for (const step of chain.steps) {
      if (step.kind === "filter") note(step.condition);
      else if (step.kind === "probe") step.probe.reads.forEach(note);
    }
    for (const step of chain.steps.toReversed()) {
      // A projection is only read as far as what follows reads it.
      if (step.kind === "project") for (const expression of step.expressions) if (ids.has(expression.id)) note(expression);
      if (step.kind === "expand") step.expand.reads(ids).forEach(note);
    }
    this.#needed = ids;
    const used = (attributes: readonly Attribute[]): number[] =>
      attributes.flatMap(({ id }, index) => (ids.has(id) ? [index] : []));
    this.#used = used(chain.input);
    this.#usedBuild = chain.steps.flatMap((step) => (step.kind === "probe" ? [used(step.probe.buildOutput)] : []));
  }

  /** All functions made so far. */
  get variants(): Iterable<Variant> {
    return this.#variants.values();
  }

  variant(batch: ColumnBatch, tables: readonly JoinTable[], sink: SinkEmitter): Variant {
    let key = `${sink.mode}|${formsOf(batch, this.#used)}`;
    tables.forEach((table, i) => {
      key += `|${table.mode}:${formsOf(table.rows, this.#usedBuild[i]!)}`;
    });
    let variant = this.#variants.get(key);
    if (variant === undefined) {
      variant = this.#generate(batch, tables, sink);
      this.#variants.set(key, variant);
    }
    return variant;
  }

  #generate(batch: ColumnBatch, tables: readonly JoinTable[], sink: SinkEmitter): Variant {
    const { chain } = this;
    const writer = new FunctionWriter();
    const emitter = new Emitter({ writer, functions: this.host.functions, settings: this.host.settings });
    const rows = ["i"];
    const code: PipelineCode = {
      emitter,
      writer,
      origins: originsOf(chain),
      after: [],
      skip: "continue;",
      rowOf: (source) => rows[source]!,
      setRow: (source, local) => void (rows[source] = local),
    };
    const input = new Map<ExprId, Binding>();
    const forms: ColumnForm[] = batch.columns.map(formOf);
    chain.input.forEach((attribute, index) => {
      const local = (): string => writer.hoist(`columns[${index}]`, "c");
      const value = (): Term => loadColumn(writer, local(), forms[index]!, attribute.type, "i", { source: 0, index });
      const vector = batch.columns[index]!;
      input.set(
        attribute.id,
        bindingWithFields(value, (path) => loadField(writer, local(), vector, attribute.type, path, "i")),
      );
    });
    let notes: unknown;
    let later: readonly string[] = [];
    const split = sink.scatters && this.#filtersByCalls(emitter);
    emitter.within(input, () => {
      this.#steps(code, 0, 0, tables, sink.mode === "output" ? this.places.length - 1 : this.places.length, () => {
        if (split) {
          later = writer.capture(() => (notes = sink.emit(code)), false).lines;
          writer.line("left[count++] = i;");
        } else notes = sink.emit(code);
      });
    });
    const { before, body } = writer.finish();
    const source = indented([
      "function pipeline(batch, from, to, K, S, T, N) {",
      "const columns = batch.columns;",
      ...before,
      ...(split ? ["const left = R.places(to - from);", "let count = 0;"] : []),
      "for (let i = from; i < to; i++) {",
      ...body,
      "}",
      ...(split ? ["for (let k = 0; k < count; k++) {", "const i = left[k];", ...later, "}"] : []),
      ...code.after,
      "}",
    ]);
    const described = `/* ${formsOf(batch, this.#used)} */\n${source}`;
    return { source: described, run: compileFunction<PipelineFunction>(described), binders: writer.binders, notes };
  }

  /**
   * Whether conditions that call functions decide which rows there are, and nothing else is known of a row behind them. Between such calls a
   * processor has no two rows on their way from memory: those that are left go on in a loop of their own.
   */
  #filtersByCalls(emitter: Emitter): boolean {
    let calls = false;
    for (const step of this.chain.steps) {
      if (step.kind === "probe" || step.kind === "expand") return false;
      if (step.kind === "filter") calls ||= callsFunctions(step.condition);
      else if (!step.expressions.every((one) => one.kind !== "alias" || emitter.isStable(one.child))) return false;
    }
    return calls;
  }

  /** `counted`: rows are counted at places before it. A sink that counts rows itself knows those of the last place. */
  #steps(code: PipelineCode, at: number, probes: number, tables: readonly JoinTable[], counted: number, end: () => void): void {
    const step = this.chain.steps[at];
    if (step === undefined) return end();
    const { emitter, writer } = code;
    const next = (): void => this.#steps(code, at + 1, probes, tables, counted, end);
    const count = this.#counter(code, at, counted);
    switch (step.kind) {
      case "filter":
        writer.line(`// filter ${at + 1}`);
        if (this.chain.steps.slice(0, at).every(({ kind }) => kind === "project"))
          emitter.everyRow = (column) => ({ vector: writer.hoist(`columns[${column}]`, "c"), from: "from", row: "i" });
        for (const condition of conjuncts(step.condition)) {
          writer.line(`if (!${parenthesised(emitter.condition(condition))}) ${code.skip}`);
          emitter.everyRow = null;
        }
        count();
        return next();
      case "project": {
        const below = emitter.bindings;
        const bindings = new Map<ExprId, Binding>();
        for (const expression of step.expressions) {
          const value = (): Term => emitter.within(below, () => emitter.emit(expression));
          const binding = bindingWithFields(value, (path) => emitter.within(below, () => emitter.field(expression, path)));
          bindings.set(expression.id, binding);
          // What gives something else each time is evaluated here, once a row.
          if (expression.kind === "alias" && !emitter.isStable(expression.child)) {
            const term = binding();
            bindings.set(expression.id, () => term);
          }
        }
        return emitter.within(bindings, next);
      }
      case "expand":
        writer.line(`// turns ${at + 1}`);
        return step.expand.emit(code, this.#needed, () => {
          count();
          next();
        });
      case "probe": {
        const table = tables[probes]!;
        const source = probes + 1;
        writer.line(`// join ${at + 1}`);
        return step.probe.emit(
          code,
          source,
          table,
          (attribute, index, row) => {
            const vector = writer.hoist(`T[${probes}].rows.columns[${index}]`, "c");
            const form = formOf(table.rows.columns[index]!);
            return loadColumn(writer, vector, form, attribute.type, row, { source, index });
          },
          () => {
            count();
            this.#steps(code, at + 1, probes + 1, tables, counted, end);
          },
        );
      }
    }
  }

  /** Writes the code that counts a row behind a step; it may stand in several places. */
  #counter({ writer, after }: PipelineCode, at: number, counted: number): () => void {
    const place = this.chain.steps.slice(0, at + 1).filter((step) => step.kind !== "project").length;
    let name: string | null = null;
    return () => {
      if (place >= counted) return;
      if (name === null) {
        name = writer.name("passed");
        writer.before(`let ${name} = 0;`);
        after.push(`N[${place}] += ${name};`);
      }
      writer.line(`${name}++;`);
    };
  }
}

/** Whether the code for a condition looks through strings, or hands values to a function. */
function callsFunctions(condition: Expression): boolean {
  if (condition.kind === "userCall") return true;
  const long = condition.kind === "call" && condition.args.some(({ type }) => type.kind === "string" || type.kind === "binary");
  return long || childrenOf(condition).some(callsFunctions);
}

/** What the constants of a variant are in one task. */
export function bindConstants(variant: Variant, task: TaskScope): unknown[] {
  return variant.binders.map((make) => make(task));
}

function parenthesised(code: string): string {
  return /^[\w$]+$/.test(code) || (code.startsWith("(") && /^\([^()]*\)$/.test(code)) ? code : `(${code})`;
}
