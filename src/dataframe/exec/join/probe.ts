/** A hash join inside a pipeline: code that finds the matches of the row at hand and goes on for each of them. */
import { unreachable } from "../../../common/errors";
import { atom } from "../../codegen/code";
import { combinedHash, contentCode, hashCode, keyKind } from "../../codegen/key-code";
import { loadColumn, formOf } from "../../codegen/columns";
import { compared } from "../../codegen/emit/comparison";
import type { Term } from "../../codegen/term";
import type { Binding } from "../../codegen/emitter";
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { conjuncts } from "../pipeline/conjuncts";
import type { PipelineCode } from "../pipeline/program";
import type { JoinTable } from "./table";

/**
 * What becomes of a row of the streamed side:
 *
 *   inner          once for each match
 *   outer          the same, and once with nulls where there is none
 *   semi, anti     if there is a match, if there is none
 *   nullAwareAnti  NOT IN
 *   existence      always, with a column that says whether there is a match
 *   mark           never: matches are marked on the build side
 */
export type ProbeKind = "inner" | "outer" | "semi" | "anti" | "nullAwareAnti" | "existence" | "mark";

export interface JoinProbeOptions {
  readonly kind: ProbeKind;
  /** Keys of the streamed side. */
  readonly keys: readonly Expression[];
  readonly condition: Expression | null;
  /** Columns of the build side. */
  readonly buildOutput: readonly Attribute[];
  readonly exists?: Attribute | undefined;
  /** Rows of the build side that match are marked. */
  readonly marks: boolean;
}

type Load = (attribute: Attribute, index: number, row: string) => Term;

export class JoinProbe {
  readonly multiplies: boolean;
  readonly reads: readonly Expression[];

  constructor(private readonly options: JoinProbeOptions) {
    this.multiplies = options.kind === "inner" || options.kind === "outer";
    this.reads = options.condition === null ? options.keys : [...options.keys, options.condition];
  }

  /** Rows of the streamed side without a match go no further. */
  get needsMatch(): boolean {
    const { kind } = this.options;
    return kind === "inner" || kind === "semi" || kind === "mark";
  }

  get keys(): readonly Expression[] {
    return this.options.keys;
  }

  /** The columns that rows have behind the join and not before it. */
  get added(): readonly Attribute[] {
    const { kind, buildOutput, exists } = this.options;
    if (kind === "inner" || kind === "outer") return buildOutput;
    return kind === "existence" ? [exists!] : [];
  }

  get buildOutput(): readonly Attribute[] {
    return this.options.buildOutput;
  }

  emit(code: PipelineCode, source: number, table: JoinTable, load: Load, downstream: () => void): void {
    const { writer, emitter } = code;
    const { kind, condition, keys } = this.options;
    const T = `T[${source - 1}]`;
    const first = writer.name("match");
    const isNull = this.#find(code, source, table, first, keys);
    const build = (row: string, mayMiss: boolean): ReadonlyMap<ExprId, Binding> => this.#bindings(code, load, row, mayMiss);
    const marks = this.options.marks ? (row: string) => writer.line(`${writer.hoist(`${T}.seen`, "seen")}[${row}] = 1;`) : null;
    switch (kind) {
      case "inner":
        return this.#each(code, source, table, first, (row, skip) => {
          code.setRow(source, row);
          this.#within(code, build(row, false), skip, () => {
            if (condition !== null) this.#require(code, condition);
            marks?.(row);
            downstream();
          });
        });
      case "outer":
        return this.#outer(code, source, table, first, build, marks, downstream);
      case "mark":
        return this.#each(code, source, table, first, (row, skip) => {
          this.#within(code, build(row, false), skip, () => {
            if (condition !== null) this.#require(code, condition);
            marks?.(row);
          });
        });
      case "semi":
      case "anti":
      case "existence": {
        let found = `${first} >= 0`;
        if (condition !== null) {
          found = writer.name("found");
          writer.line(`let ${found} = false;`);
          this.#each(code, source, table, first, (row, skip, stop) => {
            this.#within(code, build(row, false), skip, () => {
              this.#require(code, condition);
              writer.line(`${found} = true;`);
              writer.line(stop);
            });
          });
        }
        if (kind === "semi") writer.line(`if (!${atom(found)}) ${code.skip}`);
        else if (kind === "anti") writer.line(`if (${found}) ${code.skip}`);
        else {
          const exists: Term = { type: { kind: "boolean" }, rep: "bool", code: `(${found})`, isNull: null };
          const bindings = new Map(emitter.bindings);
          bindings.set(this.options.exists!.id, () => exists);
          return emitter.within(bindings, downstream);
        }
        return downstream();
      }
      case "nullAwareAnti": {
        const empty = writer.hoist(`${T}.count === 0`, "empty");
        const hasNull = writer.hoist(`${T}.hasNullKey`, "hasNull");
        writer.line(`if (!${empty} && (${hasNull} || ${isNull === null ? "" : `${isNull} || `}${first} >= 0)) ${code.skip}`);
        return downstream();
      }
      default:
        return unreachable(kind);
    }
  }

  /** Declares `first` with the first row whose keys are equal, -1 where there is none. Gives the condition of a null key. */
  #find(code: PipelineCode, source: number, table: JoinTable, first: string, keys: readonly Expression[]): string | null {
    const { emitter, writer } = code;
    const terms = keys.map((key) => emitter.emit(key));
    const isNull = emitter.anyNull(terms);
    writer.line(`let ${first} = -1;`);
    const T = `T[${source - 1}]`;
    if (table.findBy === "all") {
      writer.line(`if (${writer.hoist(`${T}.count`, "count")} > 0) ${first} = 0;`);
      return null;
    }
    const search = (): void => {
      if (table.findBy === "hash") this.#byHash(code, T, table, first, terms);
      else this.#packed(code, T, table, first, terms);
    };
    if (isNull === null) search();
    else writer.nest(`if (!${atom(isNull)})`, search);
    return isNull;
  }

  get #needsRow(): boolean {
    const { kind, condition } = this.options;
    return condition !== null || kind === "inner" || kind === "outer" || kind === "mark";
  }

  #packed(code: PipelineCode, T: string, table: JoinTable, first: string, terms: readonly Term[]): void {
    const { writer } = code;
    const slots = writer.hoist(`${T}.slots`, "slots");
    const tests: string[] = [];
    let packed = "";
    terms.forEach((term, i) => {
      const base = writer.hoist(`${T}.bases[${i}]`, "base");
      const span = writer.hoist(`${T}.spans[${i}]`, "span");
      const offset = writer.constant(`${term.code} - ${base}`, "d");
      tests.push(`${offset} >= 0`, `${offset} < ${span}`);
      packed = packed === "" ? offset : `(${packed}) * ${span} + ${offset}`;
    });
    writer.line(`if (${tests.join(" && ")}) {`);
    if (table.findBy === "direct") {
      writer.line(`${first} = ${slots}[${packed}] - 1;`);
    } else if (table.findBy === "ranked") {
      const key = writer.constant(`(${packed}) | 0`, "key");
      const word = writer.constant(`${writer.hoist(`${T}.bits`, "bits")}[${key} >>> 5]`, "word");
      // Whether there is a row may be all that is asked for.
      const row = this.#needsRow
        ? `${slots}[${writer.hoist(`${T}.ranks`, "ranks")}[${key} >>> 5] + ${writer.hoist("R.ones", "ones")}(${word} & ((1 << (${key} & 31)) - 1))] - 1`
        : "0";
      writer.line(`if ((${word} & (1 << (${key} & 31))) !== 0) ${first} = ${row};`);
    } else {
      const keys = writer.hoist(`${T}.packed`, "keys");
      const mask = writer.hoist(`${T}.mask`, "mask");
      // The values of an Int32Array have no upper half to hash.
      const small = table.packed instanceof Int32Array;
      const key = writer.constant(small ? `(${packed}) | 0` : packed, "key");
      const bits = table.bits.length === 0 ? null : writer.hoist(`${T}.bits`, "bits");
      if (bits !== null) writer.line(`if ((${bits}[${key} >>> 5] & (1 << (${key} & 31))) !== 0) {`);
      const slot = writer.name("slot");
      const mixed = small ? key : `(${key} | 0) ^ Math.imul((${key} / 4294967296) | 0, 0x85ebca6b)`;
      writer.line(`let ${slot} = Math.imul(${mixed}, 0x9e3779b1);`);
      writer.line(`${slot} = (${slot} ^ (${slot} >>> 15)) & ${mask};`);
      writer.line(
        `while ((${first} = ${slots}[${slot}] - 1) >= 0 && ${keys}[${first}] !== ${key}) ${slot} = (${slot} + 1) & ${mask};`,
      );
      if (bits !== null) writer.line("}");
    }
    writer.line("}");
  }

  #byHash(code: PipelineCode, T: string, table: JoinTable, first: string, terms: readonly Term[]): void {
    const { writer, emitter } = code;
    const slots = writer.hoist(`${T}.slots`, "slots");
    const mask = writer.hoist(`${T}.mask`, "mask");
    const hashes = writer.hoist(`${T}.hashes`, "hashes");
    const hash = combinedHash(
      emitter,
      terms.map((term) => hashCode(emitter, term)),
    );
    const contents = terms.map((term) => (keyKind(term.type) === "other" ? contentCode(emitter, term) : null));
    // Literals and conversions of the streamed side belong before the search.
    for (const term of terms) if (term.rep === "text") emitter.bytes(term);
    const slot = writer.name("slot");
    writer.line(`let ${slot} = ${hash} & ${mask};`);
    writer.line("for (;;) {");
    writer.line(`${first} = ${slots}[${slot}] - 1;`);
    writer.line(`if (${first} < 0) break;`);
    writer.nest(
      `if (${hashes}[${first}] === ${hash})`,
      () => {
        const tests = terms.map((term, i) => {
          const key = writer.hoist(`${T}.keys[${i}]`, "key");
          // Rows with null keys are not in the table.
          const form = formOf({ ...table.keys[i]!, valid: null } as never);
          const other = loadColumn(writer, key, form, term.type, first, { source: -1, index: i });
          const content = contents[i];
          if (content !== null && content !== undefined)
            return `${contentCode(emitter, { ...other, isNull: null })} === ${content}`;
          return compared(emitter, "=", other, term);
        });
        writer.line(`if (${tests.join(" && ")}) break;`);
      },
      true,
    );
    writer.line(`${slot} = (${slot} + 1) & ${mask};`);
    writer.line("}");
  }

  /** A loop over the matches. `skip` ends work on a match, `stop` on all of them. */
  #each(
    code: PipelineCode,
    source: number,
    table: JoinTable,
    first: string,
    body: (row: string, skip: string, stop: string) => void,
  ): void {
    const { writer } = code;
    if (table.next === null) {
      const label = writer.name("once");
      return writer.nest(`${label}: if (${first} >= 0)`, () => body(first, `break ${label};`, `break ${label};`));
    }
    const T = `T[${source - 1}]`;
    const row = writer.name("row");
    const label = writer.name("each");
    const turns =
      table.findBy === "all"
        ? `let ${row} = 0; ${row} < ${writer.hoist(`${T}.count`, "count")}; ${row}++`
        : `let ${row} = ${first}; ${row} >= 0; ${row} = ${writer.hoist(`${T}.next`, "next")}[${row}]`;
    writer.nest(`${label}: for (${turns})`, () => body(row, `continue ${label};`, `break ${label};`));
  }

  /** As #each, with one more turn without a match where no match counted. */
  #outer(
    code: PipelineCode,
    source: number,
    table: JoinTable,
    first: string,
    build: (row: string, mayMiss: boolean) => ReadonlyMap<ExprId, Binding>,
    marks: ((row: string) => void) | null,
    downstream: () => void,
  ): void {
    const { writer, emitter } = code;
    const { condition } = this.options;
    const row = writer.name("row");
    const label = writer.name("each");
    const matched = writer.name("matched");
    const next = table.next === null ? null : writer.hoist(`T[${source - 1}].next`, "next");
    const advance = next === null ? `${row} = -1` : `${row} = ${next}[${row}]`;
    writer.line(`let ${row} = ${first}, ${matched} = false;`);
    code.setRow(source, row);
    writer.nest(`${label}: for (let more = true; more; ${row} >= 0 ? ${advance} : (more = false))`, () => {
      writer.nest(`if (${row} >= 0)`, () => {
        if (condition !== null) {
          emitter.within(build(row, false), () => {
            for (const one of conjuncts(condition)) writer.line(`if (!${atom(emitter.condition(one))}) continue ${label};`);
          });
        }
        writer.line(`${matched} = true;`);
        marks?.(row);
      });
      writer.line(`else if (${matched}) break ${label};`);
      this.#within(code, build(row, true), `continue ${label};`, downstream);
    });
  }

  #require(code: PipelineCode, condition: Expression): void {
    for (const one of conjuncts(condition)) code.writer.line(`if (!${atom(code.emitter.condition(one))}) ${code.skip}`);
  }

  #within(code: PipelineCode, bindings: ReadonlyMap<ExprId, Binding>, skip: string, write: () => void): void {
    const before = code.skip;
    code.skip = skip;
    code.emitter.within(bindings, write);
    code.skip = before;
  }

  #bindings(code: PipelineCode, load: Load, row: string, mayMiss: boolean): ReadonlyMap<ExprId, Binding> {
    const { emitter, writer } = code;
    const bindings = new Map(emitter.bindings);
    this.options.buildOutput.forEach((attribute, index) => {
      bindings.set(attribute.id, () => {
        if (!mayMiss) return load(attribute, index, row);
        // Code may read row 0 where there is no match.
        const key = `there ${row}`;
        const at = writer.known(key)?.code ?? writer.constant(`${row} < 0 ? 0 : ${row}`, "at");
        writer.learn(key, { type: attribute.type, rep: "int", code: at, isNull: null });
        const term = load(attribute, index, at);
        const missing = `${row} < 0`;
        const isNull = term.isNull === null ? `(${missing})` : writer.constant(`${missing} || ${term.isNull}`, "n");
        return term.rep === "boxed"
          ? { ...term, code: writer.constant(`${isNull} ? null : ${term.code}`, "o"), isNull }
          : { ...term, isNull };
      });
    });
    return bindings;
  }
}
