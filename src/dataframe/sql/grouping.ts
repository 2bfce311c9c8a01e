/** GROUP BY with its analytics, multiplied out into sets of grouping expressions. */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Grouping } from "../syntax/plan";
import type { Cursor } from "./cursor";
import { expressionKey } from "./make";

/** The sets that one element of GROUP BY stands for. */
type Sets = readonly (readonly UnresolvedExpression[])[];

export function groupByClause(p: Cursor): Grouping {
  const start = p.token.start;
  p.expect("GROUP", "BY");
  return grouping(p, start);
}

/** What stands behind GROUP BY. */
export function grouping(p: Cursor, start: number = p.token.start): Grouping {
  if (p.is("ALL") && endsElement(p)) {
    p.next();
    return { kind: "all" };
  }
  let analytics = false;
  const first = p.token.symbol;
  const elements = p.list((): Sets => {
    const sets = groupingAnalytics(p, start);
    if (sets === null) return [[p.rules.expression(p)]];
    analytics = true;
    return sets;
  });
  if (!analytics) {
    const expressions = elements.map((sets) => (sets[0] as readonly UnresolvedExpression[])[0] as UnresolvedExpression);
    if (p.accept("WITH", "ROLLUP")) return numbered(rollup(expressions.map((each) => [each])), expressions, "rollup");
    if (p.accept("WITH", "CUBE")) return numbered(cube(expressions.map((each) => [each])), expressions, "cube");
    if (p.accept("GROUPING", "SETS"))
      return numbered(
        p.parenthesized(() => groupingSet(p)),
        expressions,
      );
    return { kind: "by", expressions };
  }
  return numbered(
    elements.reduce((left, right) => left.flatMap((one) => right.map((other) => [...one, ...other]))),
    [],
    elements.length > 1 ? undefined : first === "ROLLUP" ? "rollup" : first === "CUBE" ? "cube" : undefined,
  );
}

/** The word at the cursor is the whole of GROUP BY. */
function endsElement(p: Cursor): boolean {
  const { kind, symbol } = p.peek(1);
  return kind === "end" || kind === "word" || symbol === ")" || symbol === ";" || symbol === "|>";
}

function groupingAnalytics(p: Cursor, start: number): Sets | null {
  if ((p.is("ROLLUP") || p.is("CUBE")) && p.isAt(1, "(")) {
    const element = p.next().symbol;
    const sets = p.parenthesized(() => groupingSet(p));
    if (sets.some((set) => set.length === 0)) throw p.error("_LEGACY_ERROR_TEMP_0051", { element }, start);
    return element === "CUBE" ? cube(sets) : rollup(sets);
  }
  if (p.accept("GROUPING", "SETS")) {
    return p.parenthesized((): Sets => groupingAnalytics(p, start) ?? [groupingSet(p)]).flat();
  }
  return null;
}

/** (a, b), (), or one expression. */
function groupingSet(p: Cursor): readonly UnresolvedExpression[] {
  if (p.is("(") && p.isAt(1, ")")) {
    p.next();
    p.next();
    return [];
  }
  const one = p.rules.expression(p);
  return one.kind === "call" && one.operator === true && one.name[0] === "struct" ? one.args : [one];
}

/** (a, b), (a), () */
function rollup(sets: Sets): Sets {
  return Array.from({ length: sets.length + 1 }, (_, i) => sets.slice(0, sets.length - i).flat());
}

/** All subsets, the full one first. */
function cube(sets: Sets): Sets {
  const [first, ...others] = sets;
  if (first === undefined) return [[]];
  const rest = cube(others);
  return [...rest.map((set) => [...first, ...set]), ...rest];
}

function numbered(sets: Sets, first: readonly UnresolvedExpression[], form?: "rollup" | "cube"): Grouping {
  const numbers = new Map<string, number>();
  const expressions: UnresolvedExpression[] = [];
  const numberOf = (expression: UnresolvedExpression): number => {
    const key = expressionKey(expression);
    let number = numbers.get(key);
    if (number === undefined) {
      number = expressions.push(expression) - 1;
      numbers.set(key, number);
    }
    return number;
  };
  first.forEach(numberOf);
  const indexed = sets.map((set) => [...new Set(set.map(numberOf))]);
  return { kind: "sets", expressions, sets: indexed, ...(form && { form }) };
}
