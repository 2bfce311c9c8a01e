/**
 * What the tables of a pipeline's joins say of its input: rows with other keys are dropped by the joins, and need not be read. A scan
 * looks at the statistics of its row groups and pages for them.
 */
import type { Vector } from "../../../columnar/vector";
import { BOOLEAN, call, literal } from "../../expressions/build";
import type { Attribute, Expression } from "../../expressions/expression";
import { isDeterministic } from "../../expressions/traverse";
import { isDiscrete } from "../../optimizer/predicates";
import type { ScanExec } from "../../physical/plan";
import type { KeySet } from "../../sources/data-source";
import type { JoinTable } from "../join/table";
import { originsOf, plainAttribute, type Chain } from "./steps";

/** So few keys are looked for one by one. */
const FEW_KEYS = 64;
/** Smaller relations are read sooner than what is known of their pages. */
const LEAST_ROWS = 100_000;
/** Bounds are of use where they are so much narrower than those of the whole column. */
const NARROW = 0.5;

/** What holds for columns of a scan in all rows that pass the joins above it. */
export interface KnownKeys {
  readonly conditions: readonly Expression[];
  readonly sets: readonly KeySet[];
}

const NOTHING: KnownKeys = { conditions: [], sets: [] };

export function knownKeys(scan: ScanExec, chain: Chain, tables: readonly JoinTable[]): KnownKeys {
  const { statistics } = scan.relation;
  if ((statistics.rowCount ?? 0) < LEAST_ROWS) return NOTHING;
  const conditions: Expression[] = [];
  const sets: KeySet[] = [];
  let probes = 0;
  chain.steps.forEach((step, at) => {
    if (step.kind === "filter" && !isDeterministic(step.condition)) probes = Infinity;
    if (step.kind === "project" && !step.expressions.every(isDeterministic)) probes = Infinity;
    if (step.kind !== "probe") return;
    const table = tables[probes++];
    if (table === undefined || !step.probe.needsMatch) return;
    const origins = originsOf({ input: chain.input, steps: chain.steps.slice(0, at) });
    step.probe.keys.forEach((key, k) => {
      const plain = plainAttribute(key);
      const origin = plain === null ? undefined : origins.get(plain.id);
      const values = table.keys[k];
      if (origin?.source !== 0 || values === undefined || !isDiscrete(key.type)) return;
      const column = chain.input[origin.index]!;
      const path = scan.columns[origin.index];
      const known = path?.length === 1 ? statistics.columns[path[0]!] : undefined;
      conditions.push(...conditionsOf(column, values, table.count, widthOf(known?.min, known?.max)));
      const keys = table.keyBits(k);
      if (keys !== null) sets.push({ column, ...keys });
    });
  });
  return { conditions, sets };
}

function conditionsOf(column: Attribute, values: Vector, rows: number, width: number): readonly Expression[] {
  if (values.form !== "fixed" || rows === 0) return [];
  let low = Infinity;
  let high = -Infinity;
  const few = new Set<number>();
  for (let row = 0; row < rows; row++) {
    if (values.valid !== null && values.valid[row] === 0) continue;
    const value = values.values[row]!;
    if (value < low) low = value;
    if (value > high) high = value;
    if (few.size <= FEW_KEYS) few.add(value);
  }
  const of = (value: number): Expression => literal(value, column.type);
  if (few.size > 0 && few.size <= FEW_KEYS) return [call("in", [column, ...[...few].map(of)], BOOLEAN, true)];
  if (!(high - low < width * NARROW)) return [];
  return [call(">=", [column, of(low)], BOOLEAN, true), call("<=", [column, of(high)], BOOLEAN, true)];
}

function widthOf(min: unknown, max: unknown): number {
  return typeof min === "number" && typeof max === "number" ? max - min : 0;
}
