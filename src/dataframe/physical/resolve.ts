/**
 * The driver's part before a query can be planned: values of uncorrelated scalar subqueries, rows of recursive CTEs, and
 * values by which partitions are left out. `run` carries out a plan on its own, this step included, so that what is nested is
 * found from the inside out.
 */
import type { Boxed } from "../../columnar/types";
import type { BoxedRow } from "../../columnar/vector";
import { contentKey } from "../codegen/content-key";
import { QueryError } from "../errors";
import { BOOLEAN, literal } from "../expressions/build";
import type { Expression } from "../expressions/expression";
import { mapChildren } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan, RecursiveCte, Scan } from "../logical/plan";
import { recursionOf } from "../logical/recursion";
import { mapExpressions, mapPlanChildren, transformUpWithSubqueries, walkPlan } from "../logical/traverse";
import type { SqlSettings } from "../settings";
import { logicalSignature } from "../logical/signature";
import { bindRecursion, bindSubqueries, innermostRecursion, rowsAs, scalarSubqueries, stepOver } from "./subqueries";

export type RunPlan = (plan: LogicalPlan) => Promise<readonly BoxedRow[]>;

/** The plan itself where there was nothing to find. */
export async function resolveBeforePlanning(plan: LogicalPlan, settings: SqlSettings, run: RunPlan): Promise<LogicalPlan> {
  let current = plan;
  for (let recursion = innermostRecursion(current); recursion !== null; recursion = innermostRecursion(current)) {
    const rows = await recursionRows(recursion, wantedRows(current, recursion), settings, run);
    current = bindRecursion(current, recursion, rowsAs(recursion, rows));
  }
  const subqueries = scalarSubqueries(current);
  if (subqueries.length > 0) {
    const values = new Map<string, Boxed>();
    const one = async (subquery: LogicalPlan): Promise<void> => {
      // A second row is enough to know that there are too many.
      const rows = await run({ kind: "limit", child: subquery, limit: 2, offset: 0 });
      values.set(logicalSignature(subquery), scalarValue(rows));
    };
    await Promise.all(subqueries.map(one));
    current = bindSubqueries(current, (subquery) => values.get(logicalSignature(subquery)) ?? null);
  }
  return withPartitionValues(current, run);
}

function scalarValue(rows: readonly BoxedRow[]): Boxed {
  if (rows.length > 1) throw new QueryError("SCALAR_SUBQUERY_TOO_MANY_ROWS");
  return rows[0]?.[0] ?? null;
}

/** Round after round until one gives no rows, or there are more than wanted: as Spark, which sees only then that they are enough. */
async function recursionRows(
  recursion: RecursiveCte,
  wanted: number | null,
  settings: SqlSettings,
  run: RunPlan,
): Promise<readonly BoxedRow[]> {
  const rowLimit = recursion.unlimited === true ? -1 : Number(settings.conf["spark.sql.cteRecursionRowLimit"] ?? "1000000");
  const seen = recursion.all ? null : new Set<string>();
  const types = outputOf(recursion.anchor).map(({ type }) => type);
  const isNew = (row: BoxedRow): boolean => {
    const key = row.map((value, i) => contentKey(value, types[i]!)).join(",");
    return !seen!.has(key) && seen!.add(key) !== undefined;
  };
  const fresh = (rows: readonly BoxedRow[]): readonly BoxedRow[] => (seen === null ? rows : rows.filter(isNew));
  let last = fresh(await run(recursion.anchor));
  const rows = [...last];
  const checkRows = (): void => {
    if (wanted !== null || rowLimit < 0 || rows.length < rowLimit) return;
    throw new QueryError("RECURSION_ROW_LIMIT_EXCEEDED", { rowLimit: String(rowLimit) });
  };
  for (let level = 1; last.length > 0 && (wanted === null || rows.length <= wanted); level++) {
    if (recursion.maxLevel >= 0 && level > recursion.maxLevel) {
      throw new QueryError("RECURSION_LEVEL_LIMIT_EXCEEDED", { levelLimit: String(recursion.maxLevel) });
    }
    const round = last;
    checkRows();
    last = fresh(
      await run(
        withShiftedSeeds(
          stepOver(recursion, (reference) => rowsAs(reference, round)),
          level - 1,
        ),
      ),
    );
    for (const row of last) rows.push(row);
  }
  checkRows();
  return rows;
}

/** Random functions of a step draw other values in each round: their seeds grow by one. */
function withShiftedSeeds(step: LogicalPlan, by: number): LogicalPlan {
  if (by === 0) return step;
  const shift = (expression: Expression): Expression => {
    const mapped = mapChildren(expression, shift);
    const seed = mapped.kind === "call" ? mapped.options?.["seed"] : undefined;
    if (mapped.kind !== "call" || typeof seed !== "string") return mapped;
    return { ...mapped, options: { ...mapped.options, seed: String(BigInt.asIntN(64, BigInt(seed) + BigInt(by))) } };
  };
  return transformUpWithSubqueries(step, (node) => mapExpressions(node, shift));
}

/** How many of the recursion's rows a limit right above it, or above a union with it, asks for. */
function wantedRows(plan: LogicalPlan, recursion: RecursiveCte): number | null {
  let found: number | null = null;
  const gives = (below: LogicalPlan): boolean =>
    below.kind === "union"
      ? below.children.some(gives)
      : recursionOf(below) === recursion || (below.kind === "project" && gives(below.child));
  walkPlan(plan, (node) => {
    if (node.kind === "limit" && node.limit !== null && gives(node.child)) found = node.limit + node.offset;
  });
  return found;
}

const MOST_VALUES = 10_000;

/** `partition column IN (subquery)` with the values of the subquery. Where there are too many, all partitions are read. */
async function withPartitionValues(plan: LogicalPlan, run: RunPlan): Promise<LogicalPlan> {
  const changed = new Map<Scan, Scan>();
  const scans: Scan[] = [];
  walkPlan(plan, (node) => {
    if (node.kind === "scan" && node.partitionFilters.some((filter) => filter.kind === "inSubquery")) scans.push(node);
  });
  for (const scan of scans) {
    const partitionFilters: Expression[] = [];
    for (const filter of scan.partitionFilters) {
      if (filter.kind !== "inSubquery") partitionFilters.push(filter);
      else {
        const column = filter.values[0] as Expression;
        const values = (await run(filter.plan)).map((row) => row[0] as Boxed).filter((value) => value !== null);
        if (values.length === 0) partitionFilters.push(literal(false, BOOLEAN));
        else if (values.length <= MOST_VALUES) partitionFilters.push(inValues(column, values));
      }
    }
    changed.set(scan, { ...scan, partitionFilters });
  }
  if (changed.size === 0) return plan;
  const visit = (node: LogicalPlan): LogicalPlan =>
    node.kind === "scan" ? (changed.get(node) ?? node) : mapPlanChildren(node, visit);
  return visit(plan);
}

function inValues(column: Expression, values: readonly Boxed[]): Expression {
  const items = values.map((value) => literal(value, column.type));
  return { kind: "call", fn: "in", args: [column, ...items], type: BOOLEAN, nullable: column.nullable };
}
