/** What the parts of one session share: the port, the order of statements, places of calls. */
import { RecentlyUsed } from "../../closure/recently-used";
import { callAround } from "../../rdd/api/call-scope";
import type { Call } from "../../rdd/context-port";
import type { QueryContext } from "../errors";
import type { ParseOptions } from "../sql/cursor";
import { parseForDataFrame } from "../sql/parse";
import { substituteVariables } from "../sql/substitute";
import type { Statement } from "../syntax/command";
import type { UnresolvedPlan } from "../syntax/plan";
import { completed, isMaking } from "./pending";
import type { QueryPort } from "./query-port";

/** The last argument of actions. */
export interface QueryOptions {
  /** Aborting it cancels the query; the promise rejects with a CancelledError. */
  readonly signal?: AbortSignal;
}

/** Queries whose syntax is kept, and the length of their texts. */
const KEPT_QUERIES = 64;
const KEPT_CHARACTERS = 1 << 20;

export class SessionCore {
  /** The last of the statements that were given and have not ended, or null. */
  #statements: Promise<void> | null = null;
  readonly #queries = new RecentlyUsed<Statement>(KEPT_QUERIES, KEPT_CHARACTERS);

  constructor(
    readonly port: QueryPort,
    readonly sparkContext: unknown,
  ) {}

  /**
   * Runs what changes the session after everything that was given before it, and before everything that is given after it. A
   * failure is told to whoever holds the promise, and does not stop what comes after.
   */
  change<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#statements;
    const result = before === null ? work() : before.then(work);
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    this.#statements = ended;
    void ended.then(() => {
      if (this.#statements === ended) this.#statements = null;
    });
    return result;
  }

  /** Resolves when the statements given so far have ended; at once within a part of one. */
  async settled(): Promise<void> {
    while (this.#statements !== null && !isMaking()) await this.#statements;
  }

  /** Whether statements are under way: what a text means may depend on them. */
  get isChanging(): boolean {
    return this.#statements !== null;
  }

  /** The plan as it can be analysed, after the statements that were given before. */
  async complete(plan: UnresolvedPlan): Promise<UnresolvedPlan> {
    await this.settled();
    return completed(plan);
  }

  /**
   * As `complete`, for a plan that is asked for later, by what reads the dataset: after the statements that were given before this call, not
   * those that come after. One of them may be what reads it.
   */
  completion(plan: UnresolvedPlan): () => Promise<UnresolvedPlan> {
    const before = isMaking() ? null : this.#statements;
    return async () => {
      await before;
      return completed(plan);
    };
  }

  /** Where the program called `scope`, or what runs it: to be taken before anything is awaited. */
  call(scope: string, options?: QueryOptions): Call {
    this.port.context.assertRunning(scope);
    const site = callAround()?.site ?? this.port.context.callSite();
    return options?.signal === undefined ? { scope, site } : { scope, site, signal: options.signal };
  }

  /** The plan as it can be analysed, within `change`: that has waited already. */
  completeInside(plan: UnresolvedPlan): Promise<UnresolvedPlan> {
    return completed(plan);
  }

  /** As `change`, for calls that return at once: a failure is one of the program that nobody caught. */
  background(work: () => Promise<void>): void {
    void this.change(work);
  }

  /** The same for errors in what was given to the call. */
  place(scope: string): QueryContext {
    const callSite = this.port.context.callSite();
    return { fragment: scope, startIndex: -1, stopIndex: -1, callSite };
  }

  /** Text with the values of its variables, unless spark.sql.variable.substitute is false. */
  substituted(text: string): string {
    const { conf } = this.port;
    if (conf.find("spark.sql.variable.substitute")?.toLowerCase() === "false") return text;
    return substituteVariables(text, (key) => conf.find(key));
  }

  /** The text's syntax: for a query that was read before, the same object, so that its analysis may be kept (query/kept-plans). */
  parsed(text: string): Statement {
    const options = this.parseOptions();
    const written = this.substituted(text);
    const key = JSON.stringify([options, written]);
    const known = this.#queries.get(key);
    if (known !== undefined) return known;
    const { statement, keepable } = parseForDataFrame(written, options);
    if (statement.kind === "query" && keepable) this.#queries.set(key, statement, written.length);
    return statement;
  }

  parseOptions(): ParseOptions {
    const { conf } = this.port;
    const flag = (key: string): boolean => conf.find(key)?.toLowerCase() === "true";
    const timeZone = conf.find("spark.sql.session.timeZone");
    return {
      ...(timeZone !== undefined && { timeZone }),
      ...(conf.find("spark.sql.timestampType")?.toUpperCase() === "TIMESTAMP_NTZ" && { timestampType: "TIMESTAMP_NTZ" as const }),
      quotedRegexColumnNames: flag("spark.sql.parser.quotedRegexColumnNames"),
      doubleQuotedIdentifiers: flag("spark.sql.ansi.enabled") && flag("spark.sql.ansi.doubleQuotedIdentifiers"),
      legacySetOpsPrecedence: flag("spark.sql.legacy.setopsPrecedence.enabled"),
      legacyIntervals: flag("spark.sql.legacy.interval.enabled"),
      consecutiveStringLiterals: flag("spark.sql.legacy.consecutiveStringLiterals.enabled"),
    };
  }
}
