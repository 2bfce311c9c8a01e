/** What a pipeline does with a row between its source and its sink, and where the columns of its end come from. */
import type { Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { isDeterministic } from "../../expressions/traverse";
import type { ColumnOrigin } from "../../codegen/term";
import type { ColumnBound } from "../../sources/data-source";
import type { JoinProbe } from "../join/probe";
import type { RowExpand } from "./row-expand";

export type Step =
  | { readonly kind: "filter"; readonly node: number; readonly condition: Expression }
  | { readonly kind: "project"; readonly node: number; readonly expressions: readonly NamedExpression[] }
  | { readonly kind: "probe"; readonly node: number; readonly probe: JoinProbe }
  | { readonly kind: "expand"; readonly node: number; readonly expand: RowExpand };

export interface Chain {
  /** Columns of the source's batches. */
  readonly input: readonly Attribute[];
  readonly steps: readonly Step[];
}

/**
 * Operators by where rows pass them: behind the source, then behind each step that changes which rows there are, with the
 * projections that follow it. All operators of a place give the same number of rows.
 */
export function rowPlaces(chain: Chain): readonly (readonly number[])[] {
  const places: number[][] = [[]];
  for (const step of chain.steps) {
    if (step.kind === "project") places.at(-1)!.push(step.node);
    else places.push([step.node]);
  }
  return places;
}

/** Rows may be left out or repeated: what leaves are other rows than what came. */
export function changesRows(chain: Chain): boolean {
  return chain.steps.some((step) => step.kind !== "project");
}

/** One row may become many. */
export function multipliesRows(chain: Chain): boolean {
  return chain.steps.some((step) => step.kind === "expand" || (step.kind === "probe" && step.probe.multiplies));
}

/** How many rows become of each where joins give one. */
export function turnsOf(chain: Chain): number {
  return chain.steps.reduce((turns, step) => (step.kind === "expand" ? turns * step.expand.turns : turns), 1);
}

/** The columns at the end of the chain. */
export function attributesAfter(chain: Chain): readonly Attribute[] {
  let attributes = chain.input;
  for (const step of chain.steps) {
    if (step.kind === "project") {
      attributes = step.expressions.map(({ id, name, type, nullable }) => ({
        kind: "attribute",
        id,
        name,
        type,
        nullable,
        qualifier: [],
      }));
    } else if (step.kind === "probe") attributes = [...attributes, ...step.probe.added];
    else if (step.kind === "expand") attributes = step.expand.output;
  }
  return attributes;
}

/** Which columns of sources the attributes at the end of the chain plainly are. */
export function originsOf(chain: Chain): ReadonlyMap<ExprId, ColumnOrigin> {
  let origins = new Map<ExprId, ColumnOrigin>(chain.input.map((attribute, index) => [attribute.id, { source: 0, index }]));
  let builds = 0;
  for (const step of chain.steps) {
    switch (step.kind) {
      case "filter":
        break;
      case "project":
        origins = new Map(
          step.expressions.flatMap((expression) => {
            const plain = plainAttribute(expression);
            const origin = plain === null ? undefined : origins.get(plain.id);
            return origin === undefined ? [] : [[expression.id, origin] as const];
          }),
        );
        break;
      case "expand":
        origins = new Map(
          step.expand.output.flatMap(({ id }, index) => {
            const same = step.expand.same(index);
            const plain = same === null ? null : plainAttribute(same);
            const origin = plain === null ? undefined : origins.get(plain.id);
            return origin === undefined ? [] : [[id, origin] as const];
          }),
        );
        break;
      case "probe": {
        const source = ++builds;
        step.probe.buildOutput.forEach((attribute, index) => origins.set(attribute.id, { source, index }));
        break;
      }
    }
  }
  return origins;
}

/**
 * The bound as one of the source's columns; undefined where it is of none, or where rows that are left out would be missed: other rows'
 * values depend on them, or something is computed of them that may fail or have effects.
 */
export function boundOfInput(chain: Chain, { column, by }: ColumnBound): ColumnBound | undefined {
  const keeps = chain.steps.every((step) => {
    if (step.kind === "filter") return isDeterministic(step.condition);
    if (step.kind === "expand") return false;
    return step.kind === "probe" || step.expressions.every((expression) => plainAttribute(expression) !== null);
  });
  const origin = keeps ? originsOf(chain).get(column.id) : undefined;
  return origin?.source === 0 ? { column: chain.input[origin.index]!, by } : undefined;
}

/** The attribute that an expression is under its aliases. */
export function plainAttribute(expression: Expression): Attribute | null {
  if (expression.kind === "alias") return plainAttribute(expression.child);
  return expression.kind === "attribute" ? expression : null;
}
