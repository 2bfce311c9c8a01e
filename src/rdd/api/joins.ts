/** Operations that bring several datasets of pairs together by key. Keys compare by content. */
import { UsageError } from "../../common/errors";
import { CoGroupedNode, type CoGroupPlan } from "../nodes/cogrouped-node";
import type { DatasetNode } from "../nodes/node";
import { PartitionNode } from "../nodes/partition-node";
import { Partitioner } from "../partitioner";
import type { RDD } from "../rdd";
import { choosePartitioner } from "./default-partitioner";
import type { Implements } from "./install";
import { checkLayout, type Layout } from "./layout";
import { checkRdd } from "./narrow";

export interface JoinMethods {
  /** [key, [left, right]] for each combination of values of a key that both RDDs have. */
  join<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, layout?: Layout): RDD<[K, [V, W]]>;

  /** As join, with [key, [left, undefined]] for keys that only this RDD has. */
  leftOuterJoin<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, layout?: Layout): RDD<[K, [V, W | undefined]]>;

  /** As join, with [key, [undefined, right]] for keys that only the other RDD has. */
  rightOuterJoin<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, layout?: Layout): RDD<[K, [V | undefined, W]]>;

  /** As join, with undefined for the missing side of keys that only one RDD has. */
  fullOuterJoin<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, layout?: Layout): RDD<[K, [V | undefined, W | undefined]]>;

  /** [key, [values here, values in the other, …]] for each key that any of the RDDs has. */
  cogroup<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>, layout?: Layout): RDD<[K, [V[], W[]]]>;
  cogroup<K, V, W1, W2>(this: RDD<[K, V]>, a: RDD<[K, W1]>, b: RDD<[K, W2]>, layout?: Layout): RDD<[K, [V[], W1[], W2[]]]>;
  cogroup<K, V, W1, W2, W3>(
    this: RDD<[K, V]>,
    a: RDD<[K, W1]>,
    b: RDD<[K, W2]>,
    c: RDD<[K, W3]>,
    layout?: Layout,
  ): RDD<[K, [V[], W1[], W2[], W3[]]]>;

  /** Another name of cogroup. */
  groupWith<K, V, W>(this: RDD<[K, V]>, other: RDD<[K, W]>): RDD<[K, [V[], W[]]]>;
  groupWith<K, V, W1, W2>(this: RDD<[K, V]>, a: RDD<[K, W1]>, b: RDD<[K, W2]>): RDD<[K, [V[], W1[], W2[]]]>;
  groupWith<K, V, W1, W2, W3>(
    this: RDD<[K, V]>,
    a: RDD<[K, W1]>,
    b: RDD<[K, W2]>,
    c: RDD<[K, W3]>,
  ): RDD<[K, [V[], W1[], W2[], W3[]]]>;

  /** The pairs whose key the other RDD does not have. */
  subtractByKey<K, V>(this: RDD<[K, V]>, other: RDD<[K, unknown]>, layout?: Layout): RDD<[K, V]>;
}

/** `passes` datasets more, as many as Spark's own lineage has. */
function together(
  rdd: RDD<unknown>,
  scope: string,
  others: readonly unknown[],
  layout: unknown,
  plan: CoGroupPlan,
  passes: number,
): RDD<unknown> {
  const { port } = rdd;
  port.assertRunning(scope);
  const wanted = checkLayout(scope, layout);
  const parents = [rdd.node, ...others.map((other) => checkRdd(scope, other))];
  // What is subtracted from keeps its layout; the others follow the largest.
  const deciding = plan.kind === "filterByKeys" ? [rdd.node] : parents;
  let node: DatasetNode = new CoGroupedNode(port, scope, parents, () => choosePartitioner(scope, wanted, deciding), plan);
  for (let i = 0; i < passes; i++) node = new PartitionNode(port, scope, node, { kind: "pass" }, { preservesPartitioning: true });
  return rdd.derive(node);
}

function cogrouped(rdd: RDD<unknown>, scope: string, given: readonly unknown[]): RDD<unknown> {
  const last = given.at(-1);
  const hasLayout = last === undefined || typeof last === "number" || last instanceof Partitioner;
  const others = hasLayout ? given.slice(0, -1) : given;
  if (others.length < 1 || others.length > 3)
    throw new UsageError("INVALID_ARGUMENT", `${scope}: give one to three other RDDs, not ${others.length}.`);
  return together(rdd, scope, others, hasLayout ? last : undefined, { kind: "cogroup" }, 1);
}

export const joinMethods = {
  join(this: RDD<unknown>, other: unknown, layout?: unknown) {
    return together(this, "join", [other], layout, { kind: "join", join: "inner" }, 2);
  },
  leftOuterJoin(this: RDD<unknown>, other: unknown, layout?: unknown) {
    return together(this, "leftOuterJoin", [other], layout, { kind: "join", join: "left" }, 2);
  },
  rightOuterJoin(this: RDD<unknown>, other: unknown, layout?: unknown) {
    return together(this, "rightOuterJoin", [other], layout, { kind: "join", join: "right" }, 2);
  },
  fullOuterJoin(this: RDD<unknown>, other: unknown, layout?: unknown) {
    return together(this, "fullOuterJoin", [other], layout, { kind: "join", join: "full" }, 2);
  },
  cogroup(this: RDD<unknown>, ...others: readonly unknown[]) {
    return cogrouped(this, "cogroup", others);
  },
  groupWith(this: RDD<unknown>, ...others: readonly unknown[]) {
    return cogrouped(this, "groupWith", others);
  },
  subtractByKey(this: RDD<unknown>, other: unknown, layout?: unknown) {
    return together(
      this,
      "subtractByKey",
      [other],
      layout,
      { kind: "filterByKeys", keep: "absent", carries: "pairs", distinct: false },
      0,
    );
  },
} satisfies Implements<JoinMethods>;
