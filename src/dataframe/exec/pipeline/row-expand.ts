/**
 * Each row several times inside of a pipeline: what a projection makes of it in one turn, what the next one makes in the next. Rows
 * exploded out of arrays whose elements the query lists are such turns too: the arrays are never made.
 */
import { vectorOfBoxed } from "../../../columnar/batch";
import type { Boxed } from "../../../columnar/types";
import type { Vector } from "../../../columnar/vector";
import { formOf, loadColumn } from "../../codegen/columns";
import type { Binding } from "../../codegen/emitter";
import type { Term } from "../../codegen/term";
import { BOOLEAN, INT, attribute, call, literal } from "../../expressions/build";
import type { Attribute, Expression, ExprId, Literal } from "../../expressions/expression";
import { attributesOf, isDeterministic, sameExpression } from "../../expressions/traverse";
import type { ExpandExec, GenerateExec } from "../../physical/plan";
import type { PipelineCode } from "./program";

/** More turns are worth columns of their own: the code looks for the turn it is in. */
const MOST_TURNS = 32;

/** One column in all turns. */
type Column =
  | { readonly kind: "same"; readonly expression: Expression }
  /** Constants: value of turn t at t. */
  | { readonly kind: "constants"; readonly values: Vector }
  | { readonly kind: "turns"; readonly expressions: readonly Expression[] };

export class RowExpand {
  readonly #columns: readonly Column[];
  /** Stands for the turn in the conditions of `#columns`. */
  readonly #turn: Attribute;

  private constructor(
    node: number,
    readonly output: readonly Attribute[],
    readonly projections: readonly (readonly Expression[])[],
  ) {
    this.#columns = output.map(({ type }, i): Column => {
      const expressions = projections.map((expressions) => expressions[i]!);
      const [first] = expressions;
      if (expressions.every((one) => sameExpression(one, first!))) return { kind: "same", expression: first! };
      const literals = expressions.map(literalOf);
      if (literals.includes(null)) return { kind: "turns", expressions };
      return {
        kind: "constants",
        values: constants(
          (literals as Literal[]).map(({ value }) => value),
          type,
        ),
      };
    });
    this.#turn = attribute(TURN_IDS - node, "turn", INT, false);
  }

  /** Null where the operator is none of a few turns for each row. */
  static of(plan: ExpandExec | GenerateExec): RowExpand | null {
    const projections = plan.kind === "expand" ? (plan.byRow ? plan.projections : null) : explodedItems(plan);
    if (projections === null || projections.length < 2 || projections.length > MOST_TURNS) return null;
    if (!projections.every((expressions) => expressions.every(isDeterministic))) return null;
    // Code knows columns by their ids: one that turns change has an id of its own.
    const before = new Set(plan.child.output.map(({ id }) => id));
    const changed = plan.output.some(({ id }, i) => before.has(id) && !projections.every((row) => isColumn(row[i]!, id)));
    return changed ? null : new RowExpand(plan.id, plan.output, projections);
  }

  get turns(): number {
    return this.projections.length;
  }

  /** What an output is in all turns; null where it differs. */
  same(index: number): Expression | null {
    const column = this.#columns[index]!;
    return column.kind === "same" ? column.expression : null;
  }

  /** What is read for the outputs with these ids. */
  reads(needed: ReadonlySet<ExprId>): readonly Expression[] {
    return this.projections.flatMap((expressions) => expressions.filter((_, i) => needed.has(this.output[i]!.id)));
  }

  emit(code: PipelineCode, needed: ReadonlySet<ExprId>, downstream: () => void): void {
    const { writer, emitter } = code;
    for (const expression of this.#shared(needed)) emitter.emit(expression);
    const turn = writer.name("turn");
    const label = writer.name("each");
    const turnTerm: Term = { type: INT, rep: "int", code: turn, isNull: null, range: [0, this.turns - 1] };
    const below = new Map<ExprId, Binding>(emitter.bindings).set(this.#turn.id, () => turnTerm);
    const bindings = new Map<ExprId, Binding>();
    this.output.forEach(({ id, type }, index) => {
      const column = this.#columns[index]!;
      bindings.set(id, () => {
        if (column.kind !== "constants") return emitter.within(below, () => emitter.emit(this.#inTurn(column, type)));
        const vector = writer.bind(column.values, "turns");
        return loadColumn(writer, vector, formOf(column.values), type, turn, { source: -1, index });
      });
    });
    const before = code.skip;
    writer.nest(`${label}: for (let ${turn} = 0; ${turn} < ${this.turns}; ${turn}++)`, () => {
      code.skip = `continue ${label};`;
      emitter.within(bindings, downstream);
    });
    code.skip = before;
  }

  /** What several turns need is computed before the first. */
  #shared(needed: ReadonlySet<ExprId>): readonly Expression[] {
    const same: Expression[] = [];
    const uses = new Map<ExprId, { readonly attribute: Attribute; turns: number }>();
    this.#columns.forEach((column, i) => {
      if (!needed.has(this.output[i]!.id)) return;
      if (column.kind === "same") same.push(column.expression);
      if (column.kind !== "turns") return;
      for (const expression of column.expressions) {
        for (const used of attributesOf(expression)) {
          const known = uses.get(used.id);
          if (known === undefined) uses.set(used.id, { attribute: used, turns: 1 });
          else known.turns++;
        }
      }
    });
    const often = [...uses.values()].filter(({ turns }) => turns > 1).map((use) => use.attribute);
    return [...often, ...same];
  }

  #inTurn(column: Exclude<Column, { kind: "constants" }>, type: Attribute["type"]): Expression {
    if (column.kind === "same") return column.expression;
    const args = column.expressions.flatMap((expression, turn) => {
      if (turn === column.expressions.length - 1) return [expression];
      return [call("=", [this.#turn, literal(turn, INT)], BOOLEAN, false), expression];
    });
    return call(
      "case",
      args,
      type,
      column.expressions.some(({ nullable }) => nullable),
    );
  }
}

/** Below the ids of all columns of queries, and of those that operators make up. */
const TURN_IDS = -1_000_000;

function isColumn(expression: Expression, id: ExprId): boolean {
  return expression.kind === "attribute" && expression.id === id;
}

function literalOf(expression: Expression): Literal | null {
  if (expression.kind === "alias") return literalOf(expression.child);
  return expression.kind === "literal" ? expression : null;
}

/** Strings as a dictionary: groups know them by number. */
function constants(values: readonly Boxed[], type: Attribute["type"]): Vector {
  const vector = vectorOfBoxed(values, type);
  if (vector.form !== "bytes" || vector.valid !== null) return vector;
  const codes = Uint8Array.from(values, (_, turn) => turn);
  return { form: "dictionary", length: values.length, codes, dictionary: vector, valid: null };
}

/** Of explode and posexplode of arrays of listed elements: what is in the columns of the output for each element. */
function explodedItems({ generator, generated, output }: GenerateExec): readonly (readonly Expression[])[] | null {
  const [array] = generator.args;
  const withPlace = /^posexplode(_outer)?$/.test(generator.fn);
  if (generator.user !== undefined || array === undefined || (!withPlace && !/^explode(_outer)?$/.test(generator.fn)))
    return null;
  const items = itemsOf(array);
  if (items === null) return null;
  const at = new Map(generated.map(({ id }, index) => [id, index]));
  return items.map((item, place) => {
    const made = withPlace ? [literal(place, INT), item] : [item];
    return output.map((column) => {
      const index = at.get(column.id);
      return index === undefined ? column : made[index]!;
    });
  });
}

function itemsOf(array: Expression): readonly Expression[] | null {
  if (array.kind === "alias") return itemsOf(array.child);
  if (array.type.kind !== "array") return null;
  const { element } = array.type;
  if (array.kind === "call") return array.fn === "array" ? array.args : null;
  if (array.kind !== "literal" || array.value === null) return null;
  return (array.value as readonly Boxed[]).map((value) => literal(value, element));
}
