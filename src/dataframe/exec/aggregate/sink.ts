/** The sink that takes rows into groups: code that finds the row's group and updates the states. */
import { InternalError, unreachable } from "../../../common/errors";
import { atom } from "../../codegen/code";
import { MAX_SAFE, type ColumnOrigin, type DictionaryEntry, type Term } from "../../codegen/term";
import { keyOf } from "../../codegen/emitter-keys";
import { combinedHash, contentCode, hashCode, keyKind, type KeyKind } from "../../codegen/key-code";
import { MOST_KEY } from "../../codegen/pairs";
import type { Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { isTwoWords } from "../../types/families";
import type { PipelineCode, SinkEmitter } from "../pipeline/program";
import { plainAttribute } from "../pipeline/steps";
import type { KeyForm } from "./key-column";
import type { StatePlan } from "./states";
import { NULL_HASH } from "./table";

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
    const prepared = keys.map((key, i) => this.#prepared(key, i));
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

  /** A key's hash, its test against a group's key, and what puts it into a new group. */
  #prepared(term: Term, index: number): PreparedKey {
    const { writer, emitter } = this.code;
    const kind = keyKind(term.type);
    const column = `S.keys[${index}]`;
    const values = (): string => this.#array(`${column}.values`, "keys");
    const hashes = (code: string): string => (term.isNull === null ? code : `(${term.isNull} ? ${NULL_HASH} : ${code})`);
    const tested = (test: OfGroup<string>): OfGroup<string> => {
      if (term.isNull === null && !this.forms[index]!.hasNulls) return test;
      const valid = this.#array(`${column}.valid`, "valid");
      if (term.isNull === null) return (group) => `${valid}[${group}] === 1 && ${test(group)}`;
      return (group) => `(${term.isNull!} ? ${valid}[${group}] === 0 : ${valid}[${group}] === 1 && ${test(group)})`;
    };
    const stored = (store: OfGroup<readonly string[]>): OfGroup<readonly string[]> => {
      if (term.isNull === null) return store;
      return (group) => [`if (${term.isNull!}) ${column}.setNull(${group}); else {`, ...store(group), "}"];
    };
    switch (kind) {
      case "bool": {
        const code = writer.constant(`${atom(term.code)} ? 1 : 0`, "key");
        return {
          kind,
          hash: hashes(hashCode(emitter, term)),
          equals: tested((group) => `${values()}[${group}] === ${code}`),
          store: stored((group) => [`${values()}[${group}] = ${code};`]),
        };
      }
      case "int": {
        return {
          kind,
          hash: hashes(hashCode(emitter, term)),
          equals: tested((group) => `${values()}[${group}] === ${term.code}`),
          store: stored((group) => [`${values()}[${group}] = ${term.code};`]),
        };
      }
      case "f64": {
        const value = term.code;
        return {
          kind,
          hash: hashes(hashCode(emitter, term)),
          equals: tested((group) => {
            const key = `${values()}[${group}]`;
            return `(${key} === ${value} || (${value} !== ${value} && ${key} !== ${key}))`;
          }),
          store: stored((group) => [`${values()}[${group}] = ${value} + 0;`]),
        };
      }
      case "long": {
        const value = term.code;
        if (term.rep === "any") return this.#wide(term, column, hashes, tested, stored);
        return {
          kind,
          hash: hashes(hashCode(emitter, term)),
          equals: tested((group) => `${values()}[${group}] === ${value}`),
          store: stored((group) => [`${values()}[${group}] = ${value};`]),
        };
      }
      case "bytes": {
        const { code, start, end } = emitter.bytes(term);
        if (this.forms[index]!.numbered) {
          if (term.entry !== undefined) return this.#numbered(term, term.entry, column, hashes, tested, stored);
          this.#unnumbered.push(index);
        }
        const sink = writer.hoist(`${column}.sink`, "arena");
        const starts = this.#array(`${column}.starts`, "starts");
        const ends = this.#array(`${column}.ends`, "ends");
        const entries = this.#entries(term, column);
        const entry = `${term.entry?.code} + 1`;
        return {
          kind,
          hash: hashes(hashCode(emitter, term)),
          equals: tested((group) => {
            const same = `R.equalBytes(${sink}.bytes, ${starts}[${group}], ${ends}[${group}], ${code}, ${start}, ${end})`;
            if (entries === null) return same;
            return `(${entries}[${group}] === ${entry} || (${same} && (${entries}[${group}] = ${entry}) > 0))`;
          }),
          store: stored((group) => [
            `${starts}[${group}] = ${sink}.append(${code}, ${start}, ${end});`,
            `${ends}[${group}] = ${sink}.used;`,
            ...(entries === null ? [] : [`${entries}[${group}] = ${entry};`]),
          ]),
        };
      }
      case "other": {
        const boxed = writer.constant(emitter.boxed(term), "key");
        const text = contentCode(emitter, term);
        const texts = writer.hoist(`${column}.texts`, "texts");
        return {
          kind,
          hash: `R.hashText(${text})`,
          equals: (group) => `${texts}[${group}] === ${text}`,
          store: (group) => [`${texts}[${group}] = ${text};`, `${column}.boxed[${group}] = R.unsignedZeros(${boxed});`],
        };
      }
      default:
        return unreachable(kind);
    }
  }

  /** An integer that may not be safe: by its pair, which is kept in two arrays, and where it has none by its bigint. */
  #wide(
    term: Term,
    column: string,
    hashes: (code: string) => string,
    tested: (test: OfGroup<string>) => OfGroup<string>,
    stored: (store: OfGroup<readonly string[]>) => OfGroup<readonly string[]>,
  ): PreparedKey {
    const { writer, emitter } = this.code;
    const { code: value, pair } = term;
    const big = term.big!;
    const isBig = isTwoWords(term.type);
    let [high, low] = [pair?.high ?? value, pair?.low ?? "0"];
    if (isBig || pair?.beyond !== "null") {
      const given = writer.hoist("R.pair", "pair");
      const [keyHigh, keyLow] = [writer.name("high"), writer.name("low")];
      const others = `!(Math.abs(${high}) <= ${pair === undefined ? MAX_SAFE : MOST_KEY})`;
      writer.line(`let ${keyHigh} = ${high}, ${keyLow} = ${low};`);
      writer.line(`if (${term.isNull === null ? "" : `!${atom(term.isNull)} && `}${others}) {`);
      writer.line(`R.loadKey(${big});`);
      writer.line(`${keyHigh} = ${given}[0];`);
      writer.line(`${keyLow} = ${given}[1];`);
      writer.line("}");
      [high, low] = [keyHigh, keyLow];
    }
    const highs = this.#array(`${column}.values`, "keys");
    const lows = this.#array(`${column}.lows`, "lows");
    // A safe integer is the high part of no other: there are low parts where there is a high one that is not safe.
    const sameLow: OfGroup<string> = (group) => `(${value} === ${value} || ${lows}[${group}] === ${low})`;
    return {
      kind: "long",
      hash: hashes(hashCode(emitter, term)),
      equals: tested((group) => {
        const equal = `${highs}[${group}] === ${high}`;
        if (!isBig) return `(${equal} && ${sameLow(group)})`;
        return `(${equal} ? ${sameLow(group)} : ${high} !== ${high} && ${column}.beyond.get(${group}) === ${big})`;
      }),
      store: stored((group) => [
        `${highs}[${group}] = ${high};`,
        ...(isBig ? [`if (${high} !== ${high}) ${column}.beyond.set(${group}, ${big}); else`] : []),
        `if (${value} !== ${value}) ${lows} = ${column}.setLow(${group}, ${low});`,
      ]),
    };
  }

  /** A string by its number among those of the column. */
  #numbered(
    term: Term,
    { dictionary, code: entry }: DictionaryEntry,
    column: string,
    hashes: (code: string) => string,
    tested: (test: OfGroup<string>) => OfGroup<string>,
    stored: (store: OfGroup<readonly string[]>) => OfGroup<readonly string[]>,
  ): PreparedKey {
    const { writer, emitter } = this.code;
    const { code, start, end } = emitter.bytes(term);
    const hash = hashCode(emitter, term);
    const strings = writer.hoist(`${column}.strings`, "strings");
    const numbers = writer.hoist(`${strings}.numbersOf(${dictionary})`, "numbers");
    const number = writer.name("s");
    writer.line(`let ${number} = ${numbers}[${entry}] - 1;`);
    writer.line(`if (${number} < 0) ${number} = ${strings}.add(${numbers}, ${entry}, ${hash}, ${code}, ${start}, ${end});`);
    const values = this.#array(`${column}.values`, "keys");
    return {
      kind: "bytes",
      hash: hashes(hash),
      equals: tested((group) => `${values}[${group}] === ${number}`),
      store: stored((group) => [`${values}[${group}] = ${number};`]),
    };
  }

  /** The array that says which entry of the batch's dictionary a group's key was found equal to; null without a dictionary. */
  #entries({ entry }: Term, column: string): string | null {
    if (entry === undefined) return null;
    this.code.writer.before(`${column}.comparesTo(${entry.dictionary});`);
    return this.#array(`${column}.entries`, "entries");
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

type OfGroup<T> = (group: string) => T;

interface PreparedKey {
  readonly kind: KeyKind;
  readonly hash: string;
  equals(group: string): string;
  store(group: string): readonly string[];
}

/** Stands where the table may have grown, until all arrays are known. */
const RELOAD = "/* reload */";
