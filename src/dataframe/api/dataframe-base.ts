/** What every group of DataFrame methods builds on: the plan behind the handle, its schema, and making handles of new plans. */
import { inspect } from "node:util";
import { TRAVEL } from "../../columnar";
import { UsageError } from "../../common/errors";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { UnresolvedPlan } from "../syntax/plan";
import type { StructType } from "../types";
import { withMethods } from "../types";
import { calendarIntervalOrNull } from "../types/interval";
import type { AnyColumns, Columns } from "../types/typed-columns";
import { Column, nameExpression } from "./column";
import type { DataFrame } from "./dataframe";
import { isMaking, isPending, planIdOf, withPlanId } from "./pending";
import type { SparkSession } from "./spark-session";

/** The error of what only streams have. `instead`: what there is for it. */
export function noStreaming(member: string, instead: string): UsageError {
  return new UsageError("UNSUPPORTED_FEATURE", `${member}: there is no Structured Streaming here. ${instead}`);
}

export class DataFrameBase {
  readonly sparkSession: SparkSession;
  /** Internal: the query, perhaps with parts that are known later. */
  readonly plan: UnresolvedPlan;
  #schema: Promise<StructType> | null = null;
  #schemaInside: Promise<StructType> | null = null;

  /** Internal. */
  constructor(sparkSession: SparkSession, plan: UnresolvedPlan) {
    this.sparkSession = sparkSession;
    this.plan = withPlanId(plan, sparkSession.core.port.nextPlanId());
  }

  /** Internal: a DataFrame of a plan. */
  make<S extends Columns = AnyColumns>(plan: UnresolvedPlan): DataFrame<S> {
    return new (this.constructor as new (session: SparkSession, plan: UnresolvedPlan) => DataFrame<S>)(this.sparkSession, plan);
  }

  /** Internal: a DataFrame of what `build` makes, with the place of the user's call. */
  derive<S extends Columns = AnyColumns>(scope: string, build: (at: QueryContext) => UnresolvedPlan): DataFrame<S> {
    const at = this.sparkSession.core.place(scope);
    const plan = build(at);
    return this.make(isPending(plan) ? plan : { at, ...plan });
  }

  /** The columns with their types. */
  schema(): Promise<StructType> {
    if (isMaking()) return this.schemaInside();
    const { core } = this.sparkSession;
    this.#schema ??= core.complete(this.plan).then((plan) => this.#schemaOf(plan));
    return this.#schema;
  }

  /** Internal: the same for parts of plans, whose statement must not wait for itself: nor for who waits for it. */
  schemaInside(): Promise<StructType> {
    const { core } = this.sparkSession;
    this.#schemaInside ??= core.completeInside(this.plan).then((plan) => this.#schemaOf(plan));
    return this.#schemaInside;
  }

  async #schemaOf(plan: UnresolvedPlan): Promise<StructType> {
    return withMethods(await this.sparkSession.core.port.schema(plan)) as StructType;
  }

  /** The column of this very DataFrame, also where another of that name is beside it in a join. */
  col(name: string): Column {
    const expression = nameExpression(name);
    const planId = planIdOf(this.plan);
    return new Column(expression.kind === "name" && planId !== undefined ? { ...expression, planId } : expression);
  }

  /** A metadata column of this DataFrame's files, also where a column of theirs has its name: df.metadataColumn("_metadata"). */
  metadataColumn(name: string): Column {
    const planId = planIdOf(this.plan);
    return new Column({ kind: "name", parts: [name], metadata: true, ...(planId !== undefined && { planId }) });
  }

  get isStreaming(): boolean {
    return false;
  }

  /** Always an error: there is no Structured Streaming. */
  get writeStream(): never {
    throw noStreaming("writeStream", "df.write writes what there is.");
  }

  /**
   * The DataFrame as it is: a watermark says how late rows of a stream may come, and here are all of them. A delay that is no interval
   * ("10 minutes"), or below 0, is refused.
   */
  withWatermark(eventTime: string, delayThreshold: string): this {
    if (typeof eventTime !== "string" || typeof delayThreshold !== "string") {
      throw new UsageError("NOT_STR", "withWatermark takes the name of a column and a text such as '10 minutes'.");
    }
    const delay = calendarIntervalOrNull(delayThreshold);
    if (delay === null) throw new AnalysisError("CANNOT_PARSE_INTERVAL", { intervalString: `'${delayThreshold}'` });
    const days = delay.months * 31 + delay.days;
    if (days * 86_400_000_000 + Number(delay.microseconds) < 0) {
      throw new UsageError("INVALID_ARGUMENT", `withWatermark: a delay is not below 0, as ${delayThreshold} is.`);
    }
    return this;
  }

  /** Always an error: there is no Structured Streaming. */
  dropDuplicatesWithinWatermark(_columns?: readonly string[]): never {
    throw noStreaming("dropDuplicatesWithinWatermark", "dropDuplicates leaves out duplicates of what there is.");
  }

  /** A DataFrame inside of a function that runs in tasks is a mistake. */
  [TRAVEL](): { refuse: string } {
    return {
      refuse: "a DataFrame cannot be used inside of a function that runs in tasks; collect or broadcast what is needed, or join",
    };
  }

  toString(): string {
    return `DataFrame (${this.plan.kind})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
