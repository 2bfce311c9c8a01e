/**
 * df.zipWithIndex: rows numbered from 0 in their order. The rows are computed once and kept by the executors, so that what is counted is
 * what is numbered; then each partition begins where the one before it ends.
 */
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import type { Call as ActionCall } from "../../rdd/context-port";
import type { DataFrame } from "./dataframe";
import { literalOf } from "./literal";
import { boxedRowsOf } from "./results";

/** monotonically_increasing_id counts within partitions from the partition's number times this. */
const PARTITION = 2 ** 33;

export async function zippedWithIndex(df: DataFrame, name: string, action: ActionCall): Promise<UnresolvedPlan> {
  const { core } = df.sparkSession;
  const { port } = core;
  const kept = await port.checkpoint(await core.completeInside(df.plan), { local: true, eager: true }, action);
  const partition = call("spark_partition_id");
  const counted = await port.collect(
    {
      kind: "aggregate",
      child: kept,
      grouping: { kind: "by", expressions: [partition] },
      aggregates: [
        { kind: "alias", child: partition, names: ["partition"] },
        { kind: "alias", child: call("count", literalOf(1)), names: ["count"] },
      ],
    },
    action,
  );
  const counts = boxedRowsOf(counted.schema, counted.batches).map(([id, count]): [number, number] => [Number(id), Number(count)]);
  const index = operator("+", call("monotonically_increasing_id"), shifts(partition, counts));
  const columns: UnresolvedExpression[] = [
    { kind: "star", qualifier: [], except: [] },
    { kind: "alias", child: index, names: [name] },
  ];
  return { kind: "project", child: kept, expressions: columns };
}

/** What to add to the ids of a partition: an array with a place for each. */
function shifts(
  partition: UnresolvedExpression,
  counts: readonly (readonly [partition: number, count: number])[],
): UnresolvedExpression {
  const rows = new Map(counts);
  let before = 0;
  const added: UnresolvedExpression[] = [];
  for (let id = 0; id <= Math.max(...rows.keys(), 0); id++) {
    added.push(literalOf(before - id * PARTITION, { kind: "long" }));
    before += rows.get(id) ?? 0;
  }
  const place = operator("+", partition, literalOf(1));
  return operator("coalesce", call("element_at", operator("array", ...added), place), literalOf(0, { kind: "long" }));
}

function call(name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression {
  return { kind: "call", name: [name], args };
}

function operator(name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression {
  return { kind: "call", name: [name], args, operator: true };
}
