/**
 * Expressions as statements of a generated function. `emit` writes what computes an expression's value into the current
 * block and gives a term for it; equal expressions are computed once where one sees the other's block. Calls that no
 * emitter knows go to the `evaluate` of their function, on boxed values.
 */
import { InternalError } from "../../common/errors";
import type { Boxed, DataType } from "../../columnar/types";
import type { Call, Cast, Expression, ExprId, Lambda, UserCall } from "../expressions/expression";
import type { FunctionRegistry } from "../functions/registry";
import type { LastingSettings } from "../settings";
import { makeCast } from "../types/cast";
import { assignment, atom, initialOf } from "./code";
import { nullTerm } from "./columns";
import { memoised } from "./dictionary-memo";
import { keyOf } from "./emitter-keys";
import { emitterOf } from "./emit/table";
import { emitCast } from "./emit/cast";
import { exactCode, isSafeRange, rangeOf, repOf, type Range, type Rep, type Term } from "./term";
import { isLongLike } from "../types/families";
import type { FunctionWriter } from "./writer";

/** What an attribute stands for. */
export interface Binding {
  /** Writes its value where it is asked for. */
  (): Term;
  /** Writes the value of a field of it, or of a field of that one where `path` goes on, for which no struct is made. Null where that cannot be. */
  readonly field?: (path: readonly number[]) => Term | null;
}

/** A binding of an attribute that knows the fields of its value. */
export function bindingWithFields(value: () => Term, field: NonNullable<Binding["field"]>): Binding {
  return Object.assign(() => value(), { field });
}

export interface EmitterOptions {
  readonly writer: FunctionWriter;
  readonly functions: FunctionRegistry;
  readonly settings: LastingSettings;
}

/** Calls of evaluators and casts on boxed values, and of what calls such. */
const MAY_THROW = /\b(?:(?:f|cast|udf)\d+\(|json\d+\.)/;

export class Emitter {
  readonly writer: FunctionWriter;
  readonly functions: FunctionRegistry;
  readonly settings: LastingSettings;
  #bindings: ReadonlyMap<ExprId, Binding> = new Map();
  #nondeterministic = 0;
  /** Where what is emitted is computed for every row that the function is called with: the locals of a column's vector, of the first row and of the row. */
  everyRow: ((column: number) => { readonly vector: string; readonly from: string; readonly row: string }) | null = null;

  constructor(options: EmitterOptions) {
    this.writer = options.writer;
    this.functions = options.functions;
    this.settings = options.settings;
  }

  /** Runs `write` with other meanings of attributes. */
  within<T>(bindings: ReadonlyMap<ExprId, Binding>, write: () => T): T {
    const before = this.#bindings;
    this.#bindings = bindings;
    try {
      return write();
    } finally {
      this.#bindings = before;
    }
  }

  get bindings(): ReadonlyMap<ExprId, Binding> {
    return this.#bindings;
  }

  emit(expression: Expression): Term {
    if (expression.kind === "alias") return this.emit(expression.child);
    if (expression.kind === "literal") return this.literal(expression.value, expression.type);
    const key = keyOf(expression, this.functions);
    const scoped = key === null ? `?${++this.#nondeterministic}` : key;
    const known = this.writer.known(scoped);
    if (known !== undefined) return known;
    const term = this.#compute(expression);
    this.writer.learn(scoped, term);
    return term;
  }

  #compute(expression: Expression): Term {
    switch (expression.kind) {
      case "attribute":
      case "lambdaVariable": {
        const binding = this.#bindings.get(expression.id);
        if (binding === undefined)
          throw new InternalError(`Column ${expression.name}#${expression.id} is not an output of the operator below.`);
        return binding();
      }
      case "cast":
        return emitCast(this, expression) ?? this.boxedCast(expression);
      case "call":
        return memoised(this, expression) ?? this.computeCall(expression);
      case "userCall":
        return this.#userCall(expression);
      default:
        throw new InternalError(`A ${expression.kind} cannot be computed for a row.`);
    }
  }

  /**
   * A field of a struct, or a field of that one where `path` goes on. No struct is made where the expression makes it of values at hand or a
   * column holds its fields; null where it would be made.
   */
  field(struct: Expression, path: readonly number[]): Term | null {
    const [first, ...rest] = path;
    if (first === undefined) return this.emit(struct);
    if (struct.kind === "alias") return this.field(struct.child, path);
    if (struct.kind === "attribute") return this.#bindings.get(struct.id)?.field?.(path) ?? null;
    if (struct.kind !== "call") return null;
    if (struct.fn === "named_struct") return this.field(struct.args[2 * first + 1]!, rest);
    if (struct.fn !== "struct_field") return null;
    return this.field(struct.args[0]!, [struct.options?.["ordinal"] as number, ...path]);
  }

  /** Gives the same for the same row, however often it is evaluated. */
  isStable(expression: Expression): boolean {
    return keyOf(expression, this.functions) !== null;
  }

  /** A call by its own emitter, or on boxed values. */
  computeCall(call: Call): Term {
    return emitterOf(call)?.(this, call) ?? this.boxedCall(call);
  }

  /** A condition that holds where the expression is true: neither false nor null. */
  condition(expression: Expression): string {
    const { writer } = this;
    if (expression.kind === "call" && (expression.fn === "and" || expression.fn === "or")) {
      const [a, b] = expression.args as [Expression, Expression];
      const left = this.condition(a);
      const { lines, result: right } = writer.capture(() => this.condition(b));
      const and = expression.fn === "and";
      if (lines.length === 0) return `(${left} ${and ? "&&" : "||"} ${right})`;
      const name = writer.name("c");
      writer.line(`let ${name} = ${and ? "false" : "true"};`);
      writer.line(`if (${and ? left : `!${left}`}) {`);
      writer.lines(lines);
      writer.line(`${name} = ${right};`);
      writer.line("}");
      return name;
    }
    const term = this.emit(expression);
    return term.isNull === null ? term.code : `(!${atom(term.isNull)} && ${term.code})`;
  }

  literal(value: Boxed, type: DataType): Term {
    if (value === null) return { ...nullTerm(type), literal: { value } };
    const literal = { value };
    const { writer } = this;
    switch (typeof value) {
      case "boolean":
        return { type, rep: "bool", code: String(value), isNull: null, literal };
      case "number": {
        const rep: Rep = isLongLike(type) ? "safe" : repOf(type);
        const code = Object.is(value, -0) ? "-0" : value < 0 ? `(${value})` : String(value);
        return { type, rep, code, isNull: null, literal, ...(rep !== "f64" && { range: [value, value] as Range }) };
      }
      case "bigint":
        return { type, rep: "any", code: "NaN", big: writer.bind(value, "big"), isNull: null, literal, range: rangeOf(type) };
      case "string": {
        const bytes = Buffer.from(value, "utf8");
        // Told apart by content, so that the same text is bound once.
        const code = writer.hoist(`R.utf8(${JSON.stringify(value)})`, "text");
        return { type, rep: "bytes", code, start: "0", end: String(bytes.length), isNull: null, literal };
      }
      default:
        if (value instanceof Uint8Array) {
          const code = writer.bind(value, "bytes");
          return { type, rep: "bytes", code, start: "0", end: String(value.length), isNull: null, literal };
        }
        return { type, rep: "boxed", code: writer.bind(value, "value"), isNull: null, literal };
    }
  }

  /**
   * Arguments from left to right. Where an earlier one is null a later one is not evaluated if that could throw: the call is
   * null whatever it is.
   */
  emitArgs(args: readonly Expression[]): Term[] {
    const terms: Term[] = [];
    for (const arg of args) {
      const nulls = terms.length === 0 ? null : this.anyNull(terms);
      terms.push(nulls === null ? this.emit(arg) : this.#emitUnless(nulls, arg));
    }
    return terms;
  }

  #emitUnless(nulls: string, expression: Expression): Term {
    const { writer } = this;
    const { lines, result: term } = writer.capture(() => this.emit(expression));
    if (!lines.some((line) => MAY_THROW.test(line))) {
      writer.lines(lines);
      return term;
    }
    const assigned: string[] = [];
    const kept = (code: string, initial: string, hint: string): string => {
      const name = writer.name(hint);
      writer.line(`let ${name} = ${initial};`);
      assigned.push(`${name} = ${code};`);
      return name;
    };
    const code = kept(term.code, initialOf(term.rep), "r");
    const start = term.start === undefined ? undefined : kept(term.start, "0", "s");
    const end = term.end === undefined ? undefined : kept(term.end, "0", "e");
    const pair = term.pair && {
      high: kept(term.pair.high, "0", "high"),
      low: kept(term.pair.low, "0", "low"),
      beyond: kept(term.pair.beyond, "null", "big"),
    };
    const big = pair !== undefined ? exactCode(pair) : term.big === undefined ? undefined : kept(term.big, "null", "big");
    const isNull = term.isNull === null ? null : kept(term.isNull, "true", "n");
    writer.line(`if (!${atom(nulls)}) {`);
    writer.lines(lines);
    writer.lines(assigned);
    writer.line("}");
    const { type, rep, range } = term;
    return {
      type,
      rep,
      code,
      isNull,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
      ...(big !== undefined && { big }),
      ...(pair !== undefined && { pair }),
      ...(range && { range: rep === "f64" ? range : [Math.min(range[0], 0), Math.max(range[1], 0)] }),
    };
  }

  /** A condition: any of the terms is missing. Null where none can be. */
  anyNull(terms: readonly Term[]): string | null {
    const conditions = [...new Set(terms.map((term) => term.isNull).filter((code) => code !== null))];
    if (conditions.includes("true")) return "true";
    if (conditions.length === 0) return null;
    if (conditions.length === 1) return conditions[0]!;
    return this.writer.constant(conditions.map(atom).join(" || "), "n");
  }

  /** The value as Boxed, without regard to nulls. */
  boxedValue(term: Term): string {
    if (term.rep === "any") return `(${term.code} === ${term.code} ? ${term.code} : ${term.big!})`;
    if (term.rep !== "bytes") return term.code;
    if (term.type.kind === "binary") return `${term.code}.slice(${term.start!}, ${term.end!})`;
    const text = term.literal?.value;
    // As the bytes have it, which cannot hold halves of pairs.
    if (typeof text === "string") return JSON.stringify(Buffer.from(text, "utf8").toString("utf8"));
    return `R.textOf(${term.code}, ${term.start!}, ${term.end!})`;
  }

  /** The value as Boxed or null. */
  boxed(term: Term): string {
    const value = this.boxedValue(term);
    return term.isNull === null || term.rep === "boxed" ? value : `(${term.isNull} ? null : ${value})`;
  }

  /** A string or binary as bytes. */
  bytes(term: Term): Term & { readonly start: string; readonly end: string } {
    if (term.rep === "bytes") return term as Term & { readonly start: string; readonly end: string };
    if (term.rep !== "text") throw new InternalError(`A value held as ${term.rep} is not a string.`);
    const key = `utf8 ${term.code}`;
    const known = this.writer.known(key);
    if (known !== undefined) return known as Term & { readonly start: string; readonly end: string };
    const bytes = { ...term, ...this.slabbed((slab) => `${slab}.put(${term.code})`) };
    this.writer.learn(key, bytes);
    return bytes;
  }

  /** Bytes that code has put into the thread's slab; it gives where they begin there. */
  slabbed(code: (slab: string) => string): {
    readonly rep: "bytes";
    readonly code: string;
    readonly start: string;
    readonly end: string;
  } {
    const { writer } = this;
    const slab = writer.hoist("R.slab", "slab");
    const start = writer.constant(code(slab), "s");
    return { rep: "bytes", start, code: writer.constant(`${slab}.bytes`, "u"), end: writer.constant(`${slab}.end`, "e") };
  }

  /**
   * A term that is null where one of `nulls` is, and computed by `write` elsewhere: `write` writes statements, assigns the
   * result to the locals it is given and may set `isNull` to true.
   */
  guarded(
    type: DataType,
    rep: Rep,
    nulls: string | null,
    mayBeNull: boolean,
    write: (result: string, isNull: string, big: string | null) => void,
    range?: Range,
  ): Term {
    const { writer } = this;
    const result = writer.name("r");
    const initial = initialOf(rep);
    const isNull = mayBeNull ? writer.name("n") : nulls;
    const big = rep === "any" ? writer.name("big") : null;
    writer.line(`let ${result} = ${initial};`);
    if (big !== null) writer.line(`let ${big} = null;`);
    if (mayBeNull) writer.line(`let ${isNull!} = ${nulls ?? "false"};`);
    const body = (): void => write(result, isNull!, big);
    if (nulls === null) body();
    else writer.nest(`if (!${atom(mayBeNull ? isNull! : nulls)})`, body);
    const ends = rep === "bytes" ? { start: "0", end: `${result}.length` } : {};
    return { type, rep, code: result, isNull, ...ends, ...(big !== null && { big }), ...(range && { range }) };
  }

  /** A term from code that gives Boxed or null, evaluated where none of `nulls` holds. */
  fromBoxed(type: DataType, nulls: string | null, code: string, neverNull = false): Term {
    const rep = repOf(type);
    const range = rep === "int" || rep === "any" ? rangeOf(type) : undefined;
    if (rep === "boxed") {
      const value = this.writer.constant(nulls === null ? code : `${atom(nulls)} ? null : ${code}`, "o");
      return { type, rep, code: value, isNull: neverNull && nulls === null ? null : `(${value} === null)` };
    }
    return this.guarded(
      type,
      range !== undefined && isSafeRange(range) && rep === "any" ? "safe" : rep,
      nulls,
      !neverNull,
      (result, isNull, big) => {
        const { writer } = this;
        const value = writer.constant(code, "o");
        const assign = assignment(result, big, value);
        writer.line(neverNull ? assign : `if (${value} === null) ${isNull} = true; else ${assign}`);
      },
      range,
    );
  }

  /** By the cast on boxed values; `neverNull`: all values have a result. */
  boxedCast(cast: Cast, neverNull = false): Term {
    const child = this.emit(cast.child);
    const { mode, at } = cast;
    const convert = this.writer.bindTask(
      ({ evaluation }) => makeCast(cast.child.type, cast.type, mode, evaluation.settings, at),
      "cast",
    );
    return this.fromBoxed(cast.type, child.isNull, `${convert}(${this.boxedValue(child)})`, neverNull);
  }

  boxedCall(call: Call): Term {
    const entry = this.functions.scalar(call.fn);
    if (entry.nulls === "lazy" && entry.evaluateLazy !== undefined) {
      const evaluate = this.writer.bindTask(({ evaluation }) => entry.evaluateLazy!(call, evaluation), "f");
      const thunks = call.args.map((arg) => this.#thunk(arg));
      return this.fromBoxed(call.type, null, `${evaluate}([${thunks.join(", ")}])`);
    }
    if (entry.evaluate === undefined) throw new InternalError(`The function ${call.fn} has no evaluator.`);
    const evaluate = this.writer.bindTask(({ evaluation }) => entry.evaluate!(call, evaluation), "f");
    const propagate = (entry.nulls ?? "propagate") === "propagate";
    const values = call.args.filter((arg) => arg.kind !== "lambda");
    const terms = propagate ? this.emitArgs(values) : values.map((arg) => this.emit(arg));
    let next = 0;
    const args = call.args.map((arg) => (arg.kind === "lambda" ? null : terms[next++]!));
    const nulls = propagate ? this.anyNull(args.filter((arg) => arg !== null)) : null;
    const codes = args.map((arg, i) => {
      if (arg === null) return this.#lambda(call.args[i] as Lambda);
      return propagate ? this.boxedValue(arg) : this.boxed(arg);
    });
    return this.fromBoxed(call.type, nulls, `${evaluate}(${codes.join(", ")})`);
  }

  /** An evaluator's function on boxed values, for the paths that emitters seldom take. */
  evaluator(call: Call): string {
    const entry = this.functions.scalar(call.fn);
    return this.writer.bindTask(({ evaluation }) => entry.evaluate!(call, evaluation), "f");
  }

  #thunk(expression: Expression): string {
    const { writer } = this;
    const name = writer.name("lazy");
    writer.nest(`const ${name} = () =>`, () => writer.line(`return ${this.boxed(this.emit(expression))};`));
    return name;
  }

  #lambda(lambda: Lambda): string {
    const { writer } = this;
    const name = writer.name("lambda");
    const params = lambda.params.map(() => writer.name("p"));
    writer.nest(`const ${name} = (${params.join(", ")}) =>`, () => {
      const bindings = new Map(this.#bindings);
      lambda.params.forEach((param, i) => {
        const code = params[i]!;
        bindings.set(param.id, () => this.#parameter(param.type, code));
      });
      this.within(bindings, () => writer.line(`return ${this.boxed(this.emit(lambda.body))};`));
    });
    return name;
  }

  #parameter(type: DataType, code: string): Term {
    return this.fromBoxed(type, null, code);
  }

  #userCall(call: UserCall): Term {
    const { fn } = call;
    const args = call.args.map((arg) => this.emit(arg));
    const attributes = call.args.map((arg, i) => ({
      kind: "attribute" as const,
      id: i,
      name: `_${i}`,
      type: arg.type,
      nullable: arg.nullable,
      qualifier: [],
    }));
    const evaluate = this.writer.bindTask(({ services }) => services.userFunctions.scalar(fn, attributes), "udf");
    return this.fromBoxed(call.type, null, `${evaluate}(${args.map((arg) => this.boxed(arg)).join(", ")})`);
  }
}
