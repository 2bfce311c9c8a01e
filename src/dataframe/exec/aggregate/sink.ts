/** The sink that takes rows into groups: code that finds the row's group and updates the states. */
import { InternalError, unreachable } from "../../../common/errors";
import { atom } from "../../codegen/code";
import { MAX_SAFE, type ColumnOrigin, type Term } from "../../codegen/term";
import { keyOf } from "../../codegen/emitter-keys";
import { combinedHash, keyKind, type KeyKind } from "../../codegen/key-code";
import type { Expression, ExprId, NamedExpression } from "../../expressions/expression";
import type { PipelineCode, SinkEmitter } from "../pipeline/program";
import { plainAttribute } from "../pipeline/steps";
import { keyCode, type KeyCode } from "./group-key";
import type { KeyForm } from "./key-column";
import type { StatePlan } from "./states";

export type FindBy = "none" | "row" | "codes" | "direct" | "hash";

export interface AggregateNotes {
  /** Every row counts for every aggregate. */
  readonly sure: boolean;
  /** Keys that are numbered in the table and come without a dictionary: the code is none for them. */
  readonly unnumbered: readonly number[];
}

/** The join table, as a source of its chain, whose columns all keys plainly are; null where that is not so. */
export function keySource(grouping: readonly NamedExpression[], origins: ReadonlyMap<ExprId, ColumnOrigin>): number | null {
  const sources = new Set(
    grouping.map((key) => {
      const plain = plainAttribute(key);
      return (plain === null ? undefined : origins.get(plain.id))?.source ?? 0;
    }),
  );
  const [only] = sources;
  return sources.size === 1 && only! > 0 ? only! : null;
}

/** Code for one way to find groups, in a table whose keys have these forms. */
export class AggregateSink implements SinkEmitter {
  readonly mode: string;
  readonly reads: readonly Expression[];
  readonly scatters: boolean;

  constructor(
    private readonly grouping: readonly NamedExpression[],
    private readonly states: readonly StatePlan[],
    private readonly findBy: FindBy,
    private readonly sure: boolean,
    private readonly forms: readonly KeyForm[],
  ) {
    this.mode = `aggregate ${findBy} ${sure ? "sure" : "unsure"} ${formsText(forms)}`;
    this.scatters = findBy === "direct" || findBy === "hash";
    this.reads = [...grouping, ...states.flatMap(readsOf)];
  }

  emit(code: PipelineCode): AggregateNotes {
    return new AggregateWriter(code, this.findBy, this.sure, this.forms).write(this.grouping, this.states);
  }
}

/** Equal texts, equal code. */
export function formsText(forms: readonly KeyForm[]): string {
  return forms.map(({ numbered, hasNulls }) => Number(hasNulls) + 2 * Number(numbered)).join("");
}

function readsOf(state: StatePlan): readonly Expression[] {
  const filter = state.filter === null ? [] : [state.filter];
  return "args" in state ? [...state.args, ...filter] : [state.arg, ...filter];
}

class AggregateWriter {
  readonly #reload: string[] = [];
  #sure = true;
  readonly #unnumbered: number[] = [];

  constructor(
    private readonly code: PipelineCode,
    private readonly findBy: FindBy,
    private readonly assumeSure: boolean,
    private readonly forms: readonly KeyForm[],
  ) {}

  write(grouping: readonly NamedExpression[], states: readonly StatePlan[]): AggregateNotes {
    const { writer, emitter } = this.code;
    writer.line("// aggregate");
    let group = "0";
    if (this.findBy !== "none") {
      const keys = grouping.map((expression) => emitter.emit(expression));
      group = writer.name("g");
      writer.line(`let ${group};`);
      // States are loaded after the keys of a new group are in place; their locals are declared before.
      const find = writer.capture(() => this.#find(grouping, keys, group));
      const update = writer.capture(() => this.#update(states, group));
      writer.lines(find.lines.flatMap((line) => (line === RELOAD ? this.#reload : [line])));
      writer.lines(update.lines);
    } else this.#update(states, group);
    return { sure: this.#sure, unnumbered: this.#unnumbered };
  }

  /** A local that holds an array of the table, loaded again when the table has grown. */
  #array(path: string, hint: string): string {
    const { writer } = this.code;
    const key = `array ${path}`;
    const known = this.#arrays.get(key);
    if (known !== undefined) return known;
    const name = writer.name(hint);
    writer.before(`let ${name} = ${path};`);
    this.#reload.push(`${name} = ${path};`);
    this.#arrays.set(key, name);
    return name;
  }

  readonly #arrays = new Map<string, string>();

  #find(grouping: readonly NamedExpression[], keys: readonly Term[], group: string): void {
    switch (this.findBy) {
      case "none":
        return;
      case "row":
        return this.#byRow(this.code.rowOf(keySource(grouping, this.code.origins)!), keys, group);
      case "codes":
        return this.#byCodes(keys, group);
      case "direct":
        return this.#direct(keys[0]!, group);
      case "hash":
        return this.#hash(keys, group);
      default:
        return unreachable(this.findBy);
    }
  }

  #byRow(row: string, keys: readonly Term[], group: string): void {
    this.#byIndex(this.code.writer.constant(`${row} + 1`, "at"), keys, group);
  }

  #byCodes(keys: readonly Term[], group: string): void {
    const { writer } = this.code;
    const sizes = keys.map((_, i) => writer.hoist(`S.codeSizes[${i}]`, "size"));
    const codes = keys.map((key, i) => {
      const value = key.entry?.code ?? `(${key.code} ? 1 : 0)`;
      return key.isNull === null ? value : `(${key.isNull} ? ${sizes[i]!} - 1 : ${value})`;
    });
    const index = codes.reduceRight((sum, code, i) => (sum === "" ? code : `${code} + ${sizes[i]!} * (${sum})`), "");
    this.#byIndex(writer.constant(index, "at"), keys, group);
  }

  /** By a place in `codes`; by hash where it is not known yet. */
  #byIndex(at: string, keys: readonly Term[], group: string): void {
    const { writer } = this.code;
    const table = writer.hoist("S.codes", "codes");
    writer.line(`${group} = ${table}[${at}] - 1;`);
    writer.nest(`if (${group} < 0)`, () => {
      this.#hash(keys, group);
      writer.line(`${table}[${at}] = ${group} + 1;`);
    });
  }

  #direct(key: Term, group: string): void {
    const { writer } = this.code;
    const table = writer.hoist("S.direct", "direct");
    const at = writer.name("at");
    const find = (): void => {
      writer.line(`const ${at} = ${key.code} - ${writer.hoist("S.base", "base")};`);
      writer.line(`${group} = ${table}[${at}] - 1;`);
      writer.line(`if (${group} < 0) {`);
      writer.line(`${group} = S.insertDirect(${at});`);
      writer.line(RELOAD);
      writer.line(`${this.#array("S.keys[0].values", "keys")}[${group}] = ${key.code};`);
      writer.line("}");
    };
    if (key.isNull === null) return find();
    writer.line(`if (${key.isNull}) {`);
    writer.line(`${group} = S.nullGroup - 1;`);
    writer.line(`if (${group} < 0) {`);
    writer.line(`${group} = S.insertNull();`);
    writer.line(RELOAD);
    writer.line("}");
    writer.line("} else {");
    find();
    writer.line("}");
  }

  #hash(keys: readonly Term[], group: string): void {
    const { writer } = this.code;
    const prepared = keys.map((key, i) => this.#key(key, i));
    const hash = combinedHash(
      this.code.emitter,
      prepared.map((key) => key.hash),
    );
    const slots = this.#array("S.slots", "slots");
    const mask = this.#array("S.mask", "mask");
    const slot = writer.name("slot");
    const [only] = prepared;
    const byHash = prepared.length > 1 || only!.kind === "bytes" || only!.kind === "other";
    const equal = prepared.map((key) => key.equals(group));
    const tests = byHash ? [`${this.#array("S.hashes", "hashes")}[${group}] === ${hash}`, ...equal] : equal;
    writer.line(`let ${slot} = ${hash} & ${mask};`);
    writer.line("for (;;) {");
    writer.line(`${group} = ${slots}[${slot}] - 1;`);
    writer.line(`if (${group} < 0) {`);
    writer.line(`${group} = S.insert(${hash}, ${slot});`);
    writer.line(RELOAD);
    prepared.forEach((key) => writer.lines(key.store(group)));
    writer.line("break;");
    writer.line("}");
    writer.line(`if (${tests.join(" && ")}) break;`);
    writer.line(`${slot} = (${slot} + 1) & ${mask};`);
    writer.line("}");
  }

  #key(term: Term, index: number): KeyCode {
    const form = this.forms[index]!;
    if (form.numbered && term.entry === undefined) this.#unnumbered.push(index);
    return keyCode(term, {
      code: this.code,
      column: `S.keys[${index}]`,
      form,
      array: (path, hint) => this.#array(path, hint),
    });
  }

  #update(states: readonly StatePlan[], group: string): void {
    const { writer, emitter } = this.code;
    if (this.assumeSure) writer.line(`${this.#cell("S.rows", group)} += 1;`);
    // Rows that count for the same aggregates are told apart once.
    const batches = new Map<string, { readonly filter: Expression | null; readonly at: number[] }>();
    states.forEach((state, i) => {
      const key = state.filter === null ? "" : (keyOf(state.filter, emitter.functions) ?? `?${i}`);
      const batch = batches.get(key);
      if (batch === undefined) batches.set(key, { filter: state.filter, at: [i] });
      else batch.at.push(i);
    });
    for (const { filter, at } of batches.values()) {
      const update = (): void => at.forEach((i) => this.#state(states[i]!, i, group));
      if (filter === null) {
        update();
        continue;
      }
      this.#sure = false;
      const condition = emitter.condition(filter);
      writer.nest(`if (${condition})`, update);
    }
  }

  /** What holds a group's number: an element, or a local where there is one group only. */
  #cell(path: string, group: string): string {
    if (group !== "0") return `${this.#array(path, "state")}[${group}]`;
    const { writer, after } = this.code;
    const known = this.#arrays.get(path);
    if (known !== undefined) return known;
    const name = writer.name("state");
    writer.before(`let ${name} = ${path}[0];`);
    after.push(`${path}[0] = ${name};`);
    this.#arrays.set(path, name);
    return name;
  }

  #state(plan: StatePlan, index: number, group: string): void {
    const { writer, emitter } = this.code;
    const state = `S.states[${index}]`;
    const guarded = (isNull: string | null, lines: readonly string[]): void => {
      if (isNull === null) return writer.lines(lines);
      this.#sure = false;
      writer.line(`if (!${atom(isNull)}) {`);
      writer.lines(lines);
      writer.line("}");
    };
    switch (plan.kind) {
      case "count": {
        const isNull = emitter.anyNull(plan.args.map((arg) => emitter.emit(arg)));
        if (isNull !== null) this.#sure = false;
        if (this.assumeSure) return;
        return guarded(isNull, [`${this.#cell(`${state}.counts`, group)} += 1;`]);
      }
      case "sumInteger": {
        const term = emitter.emit(plan.arg);
        const cell = this.#cell(`${state}.sums`, group);
        const sum = writer.name("sum");
        const spill =
          group === "0"
            ? [`${state}.sums[0] = ${cell};`, `${state}.spill(0, ${emitter.boxedValue(term)});`, `${cell} = 0;`]
            : [`${state}.spill(${group}, ${emitter.boxedValue(term)});`];
        const fits = `${sum} <= ${MAX_SAFE} && ${sum} >= ${-MAX_SAFE}`;
        return guarded(term.isNull, [
          `const ${sum} = ${cell} + ${term.code};`,
          `if (${fits}) ${cell} = ${sum};`,
          ...(term.pair === undefined
            ? []
            : [
                `else if (${term.code} !== ${term.code} && ${term.pair.high} === ${term.pair.high}) ${state}.addPair(${group}, ${term.pair.high}, ${term.pair.low});`,
              ]),
          "else {",
          ...spill,
          "}",
        ]);
      }
      case "sumDouble": {
        const term = emitter.emit(plan.arg);
        return guarded(term.isNull, [`${this.#cell(`${state}.sums`, group)} += ${this.#double(plan.arg, term)};`]);
      }
      case "min":
      case "max":
        return this.#extreme(plan, state, group, guarded);
      case "moments": {
        const [x, y] = plan.args.map((arg) => emitter.emit(arg)) as [Term, Term?];
        if (y === undefined) return guarded(x.isNull, [`${state}.add(${group}, ${x.code});`]);
        return guarded(emitter.anyNull([x, y]), [`${state}.addPair(${group}, ${x.code}, ${y.code});`]);
      }
      case "numbers":
      case "bytes":
        return plan.lists ? this.#list(plan.arg, state, group) : this.#value(plan, state, group, guarded);
      case "countedNumbers": {
        const term = emitter.emit(plan.arg);
        return guarded(term.isNull, [`${state}.add(${group}, ${this.#double(plan.arg, term)});`]);
      }
      case "boxed": {
        const args = plan.args.map((arg) => emitter.boxed(emitter.emit(arg)));
        writer.line(`${state}.update(${group}, [${args.join(", ")}]);`);
        return;
      }
      default:
        return unreachable(plan);
    }
  }

  #double(arg: Expression, term: Term): string {
    const value = term.rep === "any" ? `Number(${this.code.emitter.boxedValue(term)})` : term.code;
    const scale = arg.type.kind === "decimal" ? 10 ** arg.type.scale : 1;
    return scale === 1 ? value : `${value} / ${scale}`;
  }

  /** The values of a list that is a column of the input. */
  #list(arg: Expression, state: string, group: string): void {
    const { writer, origins } = this.code;
    const plain = plainAttribute(arg);
    const origin = plain === null ? undefined : origins.get(plain.id);
    if (origin?.source !== 0) throw new InternalError("The states of an aggregate are not columns of its input.");
    const column = writer.hoist(`columns[${origin.index}]`, "c");
    writer.line(`${state}.addList(${group}, ${column}, ${this.code.rowOf(0)});`);
  }

  #value(
    plan: Extract<StatePlan, { kind: "numbers" | "bytes" }>,
    state: string,
    group: string,
    guarded: (isNull: string | null, lines: readonly string[]) => void,
  ): void {
    const { emitter } = this.code;
    const term = emitter.emit(plan.arg);
    if (plan.kind === "bytes") {
      const { code, start, end } = emitter.bytes(term);
      return guarded(term.isNull, [`${state}.add(${group}, ${code}, ${start}, ${end});`]);
    }
    const value = term.rep === "bool" ? `(${atom(term.code)} ? 1 : 0)` : term.code;
    guarded(term.isNull, [`${state}.add(${group}, ${value});`]);
  }

  #extreme(
    plan: Extract<StatePlan, { kind: "min" | "max" }>,
    state: string,
    group: string,
    guarded: (isNull: string | null, lines: readonly string[]) => void,
  ): void {
    const { emitter } = this.code;
    const term = emitter.emit(plan.arg);
    const kind: KeyKind = keyKind(term.type);
    if (kind === "bytes") {
      const { code, start, end } = emitter.bytes(term);
      return guarded(term.isNull, [`${state}.update(${group}, ${code}, ${start}, ${end});`]);
    }
    const value = term.rep === "bool" ? `(${atom(term.code)} ? 1 : 0)` : term.code;
    if (term.rep === "any") return guarded(term.isNull, [`${state}.update(${group}, ${emitter.boxedValue(term)});`]);
    const array = this.#cell(`${state}.values`, group);
    const better =
      plan.kind === "max"
        ? `${value} > ${array}${term.rep === "f64" ? ` || ${value} !== ${value}` : ""}`
        : `${value} < ${array} || ${array} !== ${array}`;
    const forget = kind === "long" ? [`if (${state}.bigs.size > 0) ${state}.bigs.delete(${group});`] : [];
    return guarded(term.isNull, [`if (${better}) {`, `${array} = ${value};`, ...forget, "}"]);
  }
}

/** Stands where the table may have grown, until all arrays are known. */
const RELOAD = "/* reload */";
