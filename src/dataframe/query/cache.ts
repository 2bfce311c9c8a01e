/**
 * Cached queries: a plan that was asked to be kept, and every part of a later plan that computes the same, is read from the
 * encoded batches of its first run. Batches are kept by executors, as persisted datasets are.
 *
 * Whoever changes files that a cached plan reads says so: its batches are dropped, and the next query that has the plan computes them anew,
 * of the files that it found. Files that others change are seen after REFRESH, as in Spark.
 */
import { PlanNode } from "../../rdd/nodes/plan-node";
import type { Call } from "../../rdd/context-port";
import { StorageLevel } from "../../storage/storage-level";
import { qualifyPath } from "../../filesystem/path";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { existsPlan, subqueryPlans, transformDown } from "../logical/traverse";
import { logicalSignature } from "../logical/signature";
import type { Relation } from "../sources/relation";
import { physicalText } from "../physical/print";
import type { RelationLife } from "./externals";
import { QueryExecution } from "./query-execution";
import type { SessionState } from "./session-state";

/** What was asked for. */
interface Request {
  readonly session: SessionState;
  readonly level: StorageLevel;
  readonly call: Call;
  readonly name?: string | undefined;
}

interface Batches {
  /** Queries that read it go on when the entry is gone: they have its life. */
  readonly relation: { readonly source: number; readonly life: RelationLife };
  readonly node: PlanNode;
}

interface Entry {
  readonly plan: LogicalPlan;
  readonly request: Request;
  /** Null after a change of what the plan reads, until a query has it again. */
  readonly batches: Batches | null;
}

/** What has changed: a relation by its name, and all below the directories; those above it have changed, too. */
export interface Changed {
  readonly name?: string;
  readonly paths: readonly string[];
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
    const plan = unnamed(analyzed);
    const key = logicalSignature(plan);
    if (!this.#entries.has(key)) this.#keep(key, plan, { session, level, call, name });
  }

  #keep(key: string, plan: LogicalPlan, request: Request): Batches {
    const { session, level, call, name } = request;
    const execution = new QueryExecution(session, this.use(plan), call, true);
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
    const batches = { relation, node };
    this.#entries.set(key, { plan, request, batches });
    return batches;
  }

  /** The plan with the parts that are cached read from there. */
  use(plan: LogicalPlan): LogicalPlan {
    if (this.#entries.size === 0) return plan;
    return transformDown(plan, (node) => {
      const key = logicalSignature(node);
      const entry = this.#entries.get(key);
      if (entry === undefined) return node;
      const { relation } = entry.batches ?? this.#renewed(key, node, entry);
      return { kind: "externalRelation", output: outputOf(node), ...relation, what: "cached", sizeInBytes: null, rowCount: null };
    });
  }

  /** `plan` does what the entry's does, and has the files as they are now. */
  #renewed(key: string, plan: LogicalPlan, { request }: Entry): Batches {
    // It must not read itself.
    this.#entries.delete(key);
    return this.#keep(key, plan, request);
  }

  /** To be called when the change can be seen. Queries that run read on what they have begun to read. */
  refresh(changed: Changed): void {
    for (const [key, entry] of this.#reading(changed)) {
      if (entry.batches === null) continue;
      this.#entries.set(key, { ...entry, batches: null });
      void this.#drop(entry, false);
    }
  }

  /** What changed is gone: what was made of it is not kept any more. */
  forget(changed: Changed): void {
    for (const [key, entry] of this.#reading(changed)) {
      this.#entries.delete(key);
      void this.#drop(entry, false);
    }
  }

  #reading(changed: Changed): (readonly [string, Entry])[] {
    const paths = changed.paths.map((path) => directory(qualifyPath(path)));
    const reads = (relation: Relation): boolean => {
      if (changed.name !== undefined && relation.name === changed.name) return true;
      const roots = relation.files?.roots ?? [];
      return roots.some((root) => {
        const own = directory(qualifyPath(root));
        return paths.some((path) => own.startsWith(path) || path.startsWith(own));
      });
    };
    const holds = (plan: LogicalPlan): boolean =>
      existsPlan(plan, (node) => (node.kind === "scan" && reads(node.relation)) || subqueryPlans(node).some(holds));
    return [...this.#entries].filter(([, { plan }]) => holds(plan));
  }

  level(analyzed: LogicalPlan): StorageLevel {
    return this.#entries.get(logicalSignature(unnamed(analyzed)))?.request.level ?? StorageLevel.NONE;
  }

  async remove(analyzed: LogicalPlan, blocking = false): Promise<boolean> {
    const key = logicalSignature(unnamed(analyzed));
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    await this.#drop(entry, blocking);
    return true;
  }

  async clear(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => this.#drop(entry, false)));
  }

  async #drop({ batches, request }: Entry, blocking: boolean): Promise<void> {
    if (batches === null) return;
    batches.node.storageLevel = StorageLevel.NONE;
    await request.session.engine.port.unpersisted(batches.node.id, blocking);
  }
}

/** A view is what it is a view of. */
function unnamed(plan: LogicalPlan): LogicalPlan {
  return plan.kind === "subqueryAlias" ? unnamed(plan.child) : plan;
}

function directory(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
