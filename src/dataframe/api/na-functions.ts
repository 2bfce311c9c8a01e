/** `df.na`: rows and values that are missing. */
import { UsageError } from "../../common/errors";
import type { DataType, StructField } from "../../columnar/types";
import type { UnresolvedExpression } from "../syntax/expression";
import { nameExpression, nameParts } from "./column";
import type { DataFrame } from "./dataframe";
import { literalOf, intLiteral } from "./literal";
import { pendingPlan } from "./pending";

const NUMERIC = new Set(["byte", "short", "int", "long", "float", "double", "decimal"]);

type Fill = number | string | boolean | bigint;

export class DataFrameNaFunctions {
  constructor(private readonly df: DataFrame) {}

  /**
   * Without the rows that have nulls or NaN: in any of the columns ("any"), in all of them ("all"), or in so many that fewer than
   * `minNonNulls` values are left.
   */
  drop(how: "any" | "all" | number = "any", subset?: string | readonly string[], minNonNulls?: number): DataFrame {
    const least = minNonNulls ?? (typeof how === "number" ? how : undefined);
    if (typeof how === "string" && how !== "any" && how !== "all") {
      throw new UsageError("INVALID_ARGUMENT", `na.drop: how is "any" or "all", not "${String(how)}".`);
    }
    return this.df.derive("drop", () =>
      pendingPlan(async () => {
        const { fields } = await this.df.schema();
        const tests =
          subset === undefined
            ? fields.map((field) => present({ kind: "name", parts: [field.name] }, field.type))
            : [subset].flat().map((name) => {
                const type = fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.type;
                return present(nameExpression(name), type ?? { kind: "null" });
              });
        const condition = atLeast(least ?? (how === "any" ? tests.length : 1), tests);
        return { kind: "filter", child: this.df.plan, condition };
      }),
    );
  }

  /** Values for nulls (and NaN): one for all columns of its type, or for those of `subset`; or a map of columns and values. */
  fill(value: Fill | Readonly<Record<string, Fill>>, subset?: string | readonly string[]): DataFrame {
    const names = subset === undefined ? null : [subset].flat();
    return this.df.derive("fill", () =>
      pendingPlan(async () => {
        const { fields } = await this.df.schema();
        const expressions = fields.map((field): UnresolvedExpression => {
          const column: UnresolvedExpression = { kind: "name", parts: [field.name] };
          const filler = typeof value === "object" ? value[field.name] : fits(value, field, names) ? value : undefined;
          return filler === undefined ? column : filled(column, field, filler);
        });
        return { kind: "project", child: this.df.plan, expressions };
      }),
    );
  }

  /**
   * Other values for some values: `replace(10, 20)`, `replace([1, 2], [3, 4], "a")`, `replace({ Ann: "Anna" }, ["name"])`, and
   * with a Map for keys that are no strings.
   */
  replace(from: unknown, to?: unknown, subset?: string | readonly string[]): DataFrame {
    const isMap = from instanceof Map || (typeof from === "object" && from !== null && !Array.isArray(from));
    const columns = isMap && subset === undefined ? (to as string | readonly string[] | undefined) : subset;
    const pairs = isMap ? [...(from instanceof Map ? (from as Map<unknown, unknown>) : Object.entries(from))] : pairsOf(from, to);
    const names = columns === undefined ? null : [columns].flat();
    return this.df.derive("replace", () =>
      pendingPlan(async () => {
        const { fields } = await this.df.schema();
        const expressions = fields.map((field): UnresolvedExpression => {
          const column: UnresolvedExpression = { kind: "name", parts: [field.name] };
          if (names !== null && !names.includes(field.name)) return column;
          const fitting = pairs.filter(([key]) => matches(key, field.type));
          if (fitting.length === 0) return column;
          const cases = fitting.flatMap(([key, other]) => [
            call("=", column, literalOf(key)),
            cast(literalOf(other), field.type),
          ]);
          return { kind: "alias", child: call("case", ...cases, column), names: [field.name] };
        });
        return { kind: "project", child: this.df.plan, expressions };
      }),
    );
  }
}

/** There is a value, and it is a number where it is one of a floating type. */
function present(column: UnresolvedExpression, type: DataType): UnresolvedExpression {
  const notNull = call("isnotnull", column);
  const isFloating = type.kind === "double" || type.kind === "float";
  return isFloating ? call("and", notNull, call("not", call("isnan", column))) : notNull;
}

/** So many of the conditions hold. */
function atLeast(count: number, conditions: readonly UnresolvedExpression[]): UnresolvedExpression {
  if (count <= 0) return literalOf(true);
  if (conditions.length < count) return literalOf(false);
  if (count === conditions.length) return conditions.reduce((left, right) => call("and", left, right));
  if (count === 1) return conditions.reduce((left, right) => call("or", left, right));
  const ones = conditions.map((condition) => call("case", condition, intLiteral(1), intLiteral(0)));
  return call(
    ">=",
    ones.reduce((left, right) => call("+", left, right)),
    intLiteral(count),
  );
}

function pairsOf(from: unknown, to: unknown): [unknown, unknown][] {
  const keys = Array.isArray(from) ? (from as unknown[]) : [from];
  if (Array.isArray(to)) {
    if (to.length !== keys.length) throw new UsageError("INVALID_ARGUMENT", "na.replace: both arrays must have the same length.");
    return keys.map((key, i) => [key, (to as unknown[])[i]]);
  }
  return keys.map((key) => [key, to ?? null]);
}

function call(name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression {
  return { kind: "call", name: [name], args, operator: true };
}

function cast(child: UnresolvedExpression, type: DataType): UnresolvedExpression {
  return { kind: "cast", child, type, mode: "cast" };
}

function matches(value: unknown, type: DataType): boolean {
  switch (typeof value) {
    case "number":
    case "bigint":
      return NUMERIC.has(type.kind);
    case "string":
      return type.kind === "string";
    case "boolean":
      return type.kind === "boolean";
    default:
      return false;
  }
}

function fits(value: Fill, field: StructField, names: readonly string[] | null): boolean {
  return (names === null || names.some((name) => nameParts(name).at(-1) === field.name)) && matches(value, field.type);
}

function filled(column: UnresolvedExpression, field: StructField, value: Fill): UnresolvedExpression {
  const { type } = field;
  const isFloating = type.kind === "double" || type.kind === "float";
  const present = isFloating ? call("nanvl", column, cast(literalOf(null), type)) : column;
  return { kind: "alias", child: call("coalesce", present, cast(literalOf(value), type)), names: [field.name] };
}
