/** What travels of a stage's plan. A query that runs again has the stages of the run before, which are put into bytes once. */
import { isDeepStrictEqual } from "node:util";
import type { Frozen } from "../../closure/frozen";
import { withoutDefaults } from "../conf-defaults";
import { planToBytes } from "../exec/plan-bytes";
import type { ShippedPlan } from "../exec/runtime";
import { isOrderSensitive } from "../physical/order-sensitive";
import type { PhysicalPlan, StagePlan, StageSink } from "../physical/plan";
import { transformUp, walk } from "../physical/traverse";
import { sameSettings, type SqlSettings } from "../settings";
import { userFunctionsOf } from "./user-functions";

export interface TravellingPlan {
  readonly sink: StageSink;
  /** A ShippedPlan. The time of the query is told with the tasks. */
  readonly bytes: Uint8Array;
  /** The plan's external leaves by their sources, in the order of the stage's inputs. */
  readonly externals: ReadonlyMap<number, readonly number[]>;
  /** Its reads of each shuffle, as the stage numbers them. */
  readonly reads: readonly (readonly number[])[];
  readonly functions: ReadonlyMap<string, Frozen>;
  readonly orderSensitive: boolean;
}

interface MadePlan {
  readonly settings: SqlSettings;
  readonly plan: TravellingPlan;
}

/** By the root of the stage: the last one that was made. */
const made = new WeakMap<PhysicalPlan, MadePlan>();

export function travellingPlan(root: PhysicalPlan, sink: StageSink, settings: SqlSettings): TravellingPlan {
  const known = made.get(root);
  if (known !== undefined && sameSettings(known.settings, settings) && isDeepStrictEqual(known.plan.sink, sink))
    return known.plan;
  const externals = externalsOf(root);
  const sent: Pick<StagePlan, "root" | "sink"> = { root: transformUp(root, withoutFiles), sink };
  const stage: StagePlan = { ...sent, settings: { ...settings, now: 0, conf: withoutDefaults(settings.conf) } };
  const plan: TravellingPlan = {
    sink,
    bytes: planToBytes({ stage, inputs: [...externals.keys()] } satisfies ShippedPlan),
    externals,
    reads: readsOf(root),
    functions: userFunctionsOf([sent.root, sink]),
    orderSensitive: isOrderSensitive(sent),
  };
  made.set(root, { settings, plan });
  return plan;
}

/** Tasks are told their splits; the list of all files, which may be long, stays here. */
function withoutFiles(node: PhysicalPlan): PhysicalPlan {
  if (node.kind !== "scan" || node.relation.files === null) return node;
  return { ...node, relation: { ...node.relation, files: null } };
}

/** External leaves of a stage by their source. */
function externalsOf(root: PhysicalPlan): Map<number, number[]> {
  const sources = new Map<number, number[]>();
  walk(root, (node) => {
    if (node.kind !== "external") return;
    const leaves = sources.get(node.source);
    if (leaves === undefined) sources.set(node.source, [node.id]);
    else leaves.push(node.id);
  });
  return sources;
}

function readsOf(root: PhysicalPlan): number[][] {
  const reads: number[][] = [];
  walk(root, (node) => {
    if (node.kind === "shuffleRead") (reads[node.input] ??= []).push(node.id);
  });
  return reads;
}
