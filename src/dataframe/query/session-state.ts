/** A session: settings, names, what it keeps of the program's data, and how its queries and commands run. */
import type { Call, ContextPort } from "../../rdd/context-port";
import { analyzePlan } from "../catalog/analysis-context";
import { type CommandSession, type ConfPort, sessionWith } from "../catalog/ports";
import { GlobalTempViews, SessionCatalog } from "../catalog/session-catalog";
import { CatalogStore } from "../catalog/store";
import { builtins } from "../functions";
import type { FunctionRegistry } from "../functions/registry";
import type { LogicalPlan } from "../logical/plan";
import type { OptimizerContext } from "../optimizer/context";
import { findSource } from "../sources/registry";
import type { SqlSettings } from "../settings";
import type { UnresolvedPlan } from "../syntax/plan";
import type { ParameterValues } from "../analysis/context";
import { BadRecords } from "./bad-records";
import { CacheManager } from "./cache";
import { SQL_CONF_DEFAULTS } from "../conf-defaults";
import type { EngineContext } from "./engine-port";
import { Externals } from "./externals";
import { KeptPlans } from "./kept-plans";
import { Observations } from "./observations";
import { Operations } from "./operations";
import { QueryExecution } from "./query-execution";
import { SessionConf } from "./session-conf";
import { SessionData } from "./session-data";

/** Of columns and plans: one count for the process, so that plans of several sessions may meet. */
let ids = 0;

export class SessionState implements CommandSession {
  readonly functions: FunctionRegistry = builtins;
  readonly conf: ConfPort;
  readonly data: SessionData;
  readonly observations: Observations = new Observations();
  readonly operations: Operations = new Operations();
  readonly badRecords: BadRecords = new BadRecords();
  readonly keptPlans: KeptPlans = new KeptPlans();
  readonly parameters?: ParameterValues;

  constructor(
    readonly engine: EngineContext,
    readonly sessionConf: SessionConf = SessionConf.ofApplication(() => engine.settings()),
    readonly catalog: SessionCatalog = new SessionCatalog(
      new CatalogStore(sessionConf.get("spark.sql.warehouse.dir")),
      new GlobalTempViews(),
    ),
    readonly externals: Externals = new Externals(),
    readonly cache: CacheManager = new CacheManager(),
  ) {
    this.conf = confPort(sessionConf);
    this.data = new SessionData(this);
  }

  get port(): ContextPort {
    return this.engine.port;
  }

  nextId(): number {
    return ++ids;
  }

  settings(): SqlSettings {
    return this.sessionConf.settings({
      currentUser: process.env["USER"] ?? "root",
      currentCatalog: this.catalog.currentCatalog,
      currentDatabase: this.catalog.currentDatabase,
    });
  }

  /** The same session with the values of parameter markers. */
  withParameters(parameters: ParameterValues): CommandSession {
    return sessionWith(this, { parameters });
  }

  /** Executions of DataFrames' own plans that have ended: what explain() of the same DataFrame shows then. */
  readonly executed = new WeakMap<UnresolvedPlan, QueryExecution>();

  optimizerContext(settings: SqlSettings): OptimizerContext {
    return {
      settings,
      nextId: () => this.nextId(),
      pushable: (relation, predicate) => {
        const source = findSource(relation.format);
        if (source === undefined) return "no";
        return source.appliesFully?.(relation, predicate) === true ? "exact" : "hint";
      },
      prunesNested: (relation) => relation.format === "parquet",
    };
  }

  analyze(plan: UnresolvedPlan): Promise<LogicalPlan> {
    return analyzePlan(plan, this);
  }

  async query(plan: UnresolvedPlan, call: Call): Promise<QueryExecution> {
    const kept = await this.keptPlans.of(plan, this);
    return new QueryExecution(this, kept.analyzed, call, false, kept);
  }

  /** A session of its own settings and temporary names, over the same data. */
  fork(): SessionState {
    const catalog = new SessionCatalog(this.catalog.store, this.catalog.globalViews);
    return new SessionState(this.engine, this.sessionConf.fork(), catalog, this.externals, this.cache);
  }
}

function confPort(conf: SessionConf): ConfPort {
  return {
    get: (key) => conf.find(key),
    set: (key, value) => conf.set(key, value),
    unset: (key) => conf.unset(key),
    entries: () => Object.entries(conf.getAll()).sort(([a], [b]) => (a < b ? -1 : 1)),
    documented: () =>
      Object.keys(SQL_CONF_DEFAULTS)
        .sort()
        .map((key) => ({ key, value: conf.get(key), meaning: "", since: "" })),
    reset: () => conf.reset(),
  };
}
