/**
 * Nearest-by joins: for each row on the left the rows on the right that rank best. They are written in terms of other plans:
 *
 *   left APPROX NEAREST n BY DISTANCE e right
 *   → number the rows of the left, join on `e IS NOT NULL`, keep row_number() OVER (PARTITION BY number ORDER BY e) <= n
 */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { UnresolvedExpression } from "./expression";
import type { JoinType, UnresolvedPlan } from "./plan";

const NUMBER = "__nearest_by_number";
const VALUE = "__nearest_by_value";
const RANK = "__nearest_by_rank";
const MOST_RESULTS = 100_000;

export interface NearestByJoin {
  readonly left: UnresolvedPlan;
  readonly right: UnresolvedPlan;
  readonly ranking: UnresolvedExpression;
  readonly numResults: number;
  readonly mode: string;
  /** "distance": the least values first. "similarity": the greatest. */
  readonly direction: string;
  readonly type: JoinType;
  readonly at: QueryContext | undefined;
}

export function nearestByJoin(join: NearestByJoin): UnresolvedPlan {
  const { direction, numResults, ranking, type, at } = join;
  check(join);
  const named = (name: string): UnresolvedExpression => ({ kind: "name", parts: [name] });
  const call = (name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression => ({
    kind: "call",
    name: [name],
    args,
    operator: true,
  });
  const rank: UnresolvedExpression = {
    kind: "call",
    name: ["row_number"],
    args: [],
    over: {
      partitionBy: [named(NUMBER)],
      orderBy: [{ kind: "sortOrder", child: named(VALUE), ascending: direction.toLowerCase() === "distance", nullsFirst: null }],
    },
  };
  const left = withColumn(join.left, NUMBER, { kind: "call", name: ["monotonically_increasing_id"], args: [] });
  const joined: UnresolvedPlan = {
    kind: "join",
    left,
    right: join.right,
    type,
    condition: call("isnotnull", ranking),
    ...(at && { at }),
  };
  const ranked = withColumn(withColumn(joined, VALUE, ranking), RANK, rank);
  const most: UnresolvedExpression = { kind: "literal", value: numResults, type: { kind: "int" } };
  const kept: UnresolvedPlan = { kind: "filter", child: ranked, condition: call("<=", named(RANK), most) };
  return { kind: "drop", child: kept, names: [NUMBER, VALUE, RANK], columns: [], ...(at && { at }) };
}

function withColumn(child: UnresolvedPlan, name: string, expression: UnresolvedExpression): UnresolvedPlan {
  return { kind: "withColumns", child, columns: [{ name, expression }] };
}

function check({ direction, mode, numResults, type }: NearestByJoin): void {
  if (!(Number.isInteger(numResults) && numResults >= 1 && numResults <= MOST_RESULTS)) {
    throw new AnalysisError("NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE", {
      numResults: String(numResults),
      min: "1",
      max: String(MOST_RESULTS),
    });
  }
  if (!/^(approx|exact)$/i.test(mode))
    throw new AnalysisError("NEAREST_BY_JOIN.UNSUPPORTED_MODE", { mode: `'${mode}'`, supported: "'approx', 'exact'" });
  if (!/^(distance|similarity)$/i.test(direction)) {
    throw new AnalysisError("NEAREST_BY_JOIN.UNSUPPORTED_DIRECTION", {
      direction: `'${direction}'`,
      supported: "'distance', 'similarity'",
    });
  }
  if (type !== "inner" && type !== "left")
    throw new AnalysisError("NEAREST_BY_JOIN.UNSUPPORTED_JOIN_TYPE", { joinType: type, supported: "'INNER', 'LEFT OUTER'" });
}
