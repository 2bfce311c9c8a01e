/**
 * Cached queries: a plan that was asked to be kept, and every part of a later plan that computes the same, is read from the
 * encoded batches of its first run. Batches are kept by executors, as persisted datasets are.
 */
import { PlanNode } from "../../rdd/nodes/plan-node";
import type { Call } from "../../rdd/context-port";
import { StorageLevel } from "../../storage/storage-level";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { transformDown } from "../logical/traverse";
import { logicalSignature } from "../logical/signature";
import { physicalText } from "../physical/print";
import type { RelationLife } from "./externals";
import { QueryExecution } from "./query-execution";
import type { SessionState } from "./session-state";

interface Entry {
  readonly plan: LogicalPlan;
  /** Queries that read it go on when the entry is gone: they have its life. */
  readonly relation: { readonly source: number; readonly life: RelationLife };
  readonly node: PlanNode;
  readonly level: StorageLevel;
}

/** Of a cached plan without a name so much is shown, as in Spark. */
const LONGEST_NAME = 1024;

function abbreviated(text: string): string {
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME - 3)}...`;
}

/** Shared by the sessions of an application. */
export class CacheManager {
  readonly #entries = new Map<string, Entry>();

  /** Keeps what `analyzed` gives, from its next run on. */
  add(session: SessionState, analyzed: LogicalPlan, level: StorageLevel, call: Call, name?: string): void {
    const key = logicalSignature(analyzed);
    if (this.#entries.has(key)) return;
    const execution = new QueryExecution(session, this.use(analyzed), call, true);
    const { port } = session.engine;
    const node = new PlanNode(
      port,
      "cache",
      async () => {
        node.givenName ??= abbreviated(physicalText(await execution.physical()));
        return (await execution.runner()).stage({ kind: "batches" });
      },
      call.site,
    );
    node.storageLevel = level;
    if (name !== undefined) node.givenName = `In-memory table ${name}`;
    port.persisted(node);
    const relation = session.externals.add({ what: "cached", node, sizeInBytes: null, rowCount: null });
    this.#entries.set(key, { plan: analyzed, relation, node, level });
  }

  /** The plan with the parts that are cached read from there. */
  use(plan: LogicalPlan): LogicalPlan {
    if (this.#entries.size === 0) return plan;
    return transformDown(plan, (node) => {
      const entry = this.#entries.get(logicalSignature(node));
      if (entry === undefined) return node;
      const output = outputOf(node);
      return { kind: "externalRelation", output, ...entry.relation, what: "cached", sizeInBytes: null, rowCount: null };
    });
  }

  level(analyzed: LogicalPlan): StorageLevel {
    return this.#entries.get(logicalSignature(analyzed))?.level ?? StorageLevel.NONE;
  }

  async remove(session: SessionState, analyzed: LogicalPlan, blocking = false): Promise<boolean> {
    const key = logicalSignature(analyzed);
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    await this.#drop(session, entry, blocking);
    return true;
  }

  async clear(session: SessionState): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => this.#drop(session, entry, false)));
  }

  async #drop(session: SessionState, { node }: Entry, blocking: boolean): Promise<void> {
    node.storageLevel = StorageLevel.NONE;
    await session.engine.port.unpersisted(node.id, blocking);
  }
}
