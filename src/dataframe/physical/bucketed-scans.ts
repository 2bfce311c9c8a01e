/**
 * Scans of bucketed tables of which it is worth while to have a task for each bucket: what stands above groups or joins by the columns
 * that the buckets are made by, and needs no exchange then. Others are cut into tasks by size. As Spark's DisableUnnecessaryBucketedScan.
 */
import type { Attribute, Expression, ExprId } from "../expressions/expression";
import type { LogicalPlan, Scan } from "../logical/plan";
import { childrenOf, transformUp } from "../logical/traverse";
import { enabled, sizeSetting } from "../optimizer/context";
import { equiKeys } from "../optimizer/equi-keys";
import { Statistics } from "../optimizer/statistics";
import type { SqlSettings } from "../settings";

/** The scan's columns that say which bucket a row is in; null where it does not give them all. */
export function bucketColumns(scan: Scan): readonly Attribute[] | null {
  const { buckets } = scan.relation;
  if (buckets === undefined) return null;
  const found = buckets.columns.flatMap((name) => {
    const place = scan.columns.findIndex((path) => path.length === 1 && path[0] === name);
    return place < 0 ? [] : [scan.output[place] as Attribute];
  });
  return found.length === buckets.columns.length ? found : null;
}

export function withBucketedScans(plan: LogicalPlan, settings: SqlSettings): LogicalPlan {
  const scans: Scan[] = [];
  collect(plan, scans);
  if (scans.length === 0) return plan;
  const context = { settings };
  let chosen: ReadonlySet<Scan> = new Set(scans);
  if (enabled(context, "spark.sql.sources.bucketing.autoBucketedScan.enabled", true))
    chosen = new Choice(sizeSetting(context, "spark.sql.autoBroadcastJoinThreshold", 10 << 20)).of(plan);
  return transformUp(plan, (node) => (node.kind === "scan" && chosen.has(node) ? { ...node, bucketed: true } : node));
}

function collect(plan: LogicalPlan, scans: Scan[]): void {
  if (plan.kind === "scan" && bucketColumns(plan) !== null) scans.push(plan);
  for (const child of childrenOf(plan)) collect(child, scans);
}

type Ids = ReadonlySet<ExprId>;

class Choice {
  readonly #chosen = new Set<Scan>();
  readonly #statistics = new Statistics();

  constructor(private readonly broadcastThreshold: number) {}

  of(plan: LogicalPlan): ReadonlySet<Scan> {
    this.#visit(plan);
    return this.#chosen;
  }

  #visit(plan: LogicalPlan): void {
    switch (plan.kind) {
      case "aggregate":
        this.#below(plan.child, idsOf(plan.grouping));
        break;
      case "window":
        this.#below(plan.child, idsOf(plan.partitionBy));
        break;
      case "join": {
        const { hints } = plan;
        // NOT IN sends one side everywhere.
        const broadcast = plan.type === "nullAwareAnti" || hints?.left === "broadcast" || hints?.right === "broadcast";
        if (broadcast || this.#isSmall(plan.left) || this.#isSmall(plan.right)) break;
        const { keys } = equiKeys(plan);
        this.#below(plan.left, idsOf(keys.map(({ left }) => left)));
        this.#below(plan.right, idsOf(keys.map(({ right }) => right)));
        break;
      }
      default:
    }
    for (const child of childrenOf(plan)) this.#visit(child);
  }

  #isSmall(plan: LogicalPlan): boolean {
    return this.#statistics.of(plan).bytes <= this.broadcastThreshold;
  }

  /** `keys`: rows that agree on them are wanted in one task. */
  #below(plan: LogicalPlan, keys: Ids): void {
    switch (plan.kind) {
      case "scan": {
        const columns = bucketColumns(plan);
        if (columns?.every(({ id }) => keys.has(id)) === true) this.#chosen.add(plan);
        break;
      }
      case "filter":
      case "subqueryAlias":
      case "window":
      case "generate":
        this.#below(plan.child, keys);
        break;
      case "sort":
        if (!plan.global) this.#below(plan.child, keys);
        break;
      case "project":
        this.#below(
          plan.child,
          new Set(
            plan.expressions.flatMap((item) => {
              const source = item.kind === "alias" ? item.child : item;
              return keys.has(item.id) && source.kind === "attribute" ? [source.id] : [];
            }),
          ),
        );
        break;
      case "aggregate": {
        const named = plan.aggregates.flatMap((item) => {
          const source = item.kind === "alias" ? item.child : item;
          return keys.has(item.id) && source.kind === "attribute" ? [source.id] : [];
        });
        this.#below(plan.child, new Set(named));
        break;
      }
      case "join":
        this.#below(plan.left, keys);
        this.#below(plan.right, keys);
        break;
      default:
    }
  }
}

function idsOf(expressions: readonly Expression[]): Ids {
  return new Set(expressions.flatMap((expression) => (expression.kind === "attribute" ? [expression.id] : [])));
}
