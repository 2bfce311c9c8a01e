/**
 * Window functions over rows that come sorted by partition and order. Whole partitions are in memory, one after the other: one that
 * the task's memory cannot hold ends the task, in words.
 */
import { concatBatches, sliceBatch } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { BatchSource, ColumnBatch, Vector } from "../../../columnar/vector";
import { InternalError } from "../../../common/errors";
import { callByName, cast } from "../../expressions/build";
import type { Attribute, Bound, Expression, SortOrder, WindowCall } from "../../expressions/expression";
import { foldExpression } from "../../expressions/fold";
import type { BindContext } from "../../functions/registry";
import type { WindowExec } from "../../physical/plan";
import type { SqlSettings } from "../../settings";
import { sameType } from "../../types/text";
import { batchBytes } from "../exchange/batch-bytes";
import { counted, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { MemoryClaim } from "../spill/memory-claim";
import type { SortKey } from "../sort/keys";
import { compareRows } from "../sort/permutation";
import { SortKeys } from "../sort/operator";
import { framedAggregate } from "./aggregates";
import { framesOf, type BoundValue, type Frames } from "./frames";
import { windowRows, type WindowRows } from "./partitions";
import { framedNumbers } from "./numbers";
import { rankColumn } from "./ranks";
import { nthOfFrame, shifted } from "./values";

/** Rows of a chunk, unless a partition has more. */
const CHUNK = 65536;

export class WindowOperator implements Operator {
  readonly output: readonly Attribute[];
  readonly #partition: SortKeys;
  readonly #order: SortKeys;
  readonly #functions: readonly WindowFunctionPlan[];

  constructor(
    private readonly node: WindowExec,
    private readonly child: Operator,
    host: CodegenHost,
  ) {
    this.output = node.output;
    this.#partition = new SortKeys(node.partitionBy.map(ascending), child.output, host);
    this.#order = new SortKeys(node.orderBy, child.output, host);
    this.#functions = node.functions.map(({ call }) => new WindowFunctionPlan(call, node.orderBy, child.output, host));
  }

  open(task: OpenTask): BatchSource {
    return sourceOf(this.#batches(task));
  }

  *#batches(task: OpenTask): Generator<ColumnBatch, void, undefined> {
    const metrics = task.env.metrics(this.node.id);
    const partitionKeys = this.#partition.open(task);
    const orderKeys = this.#order.open(task);
    const functions = this.#functions.map((plan) => plan.open(task));
    const compute = (rows: ColumnBatch): ColumnBatch => {
      const window = windowRows(rows, partitionKeys(rows), orderKeys);
      const columns = [...rows.columns, ...functions.map((column) => column(window))];
      return counted({ length: rows.length, columns }, metrics);
    };
    let waiting: ColumnBatch[] = [];
    let count = 0;
    let enough = CHUNK;
    const claim = new MemoryClaim(task.env.memory);
    let bytes = 0;
    // What is put together, and the columns that functions add.
    const held = 2 + functions.length / Math.max(1, this.child.output.length);
    const source = this.child.open(task);
    try {
      for (let batch = source.next(); batch !== null; batch = source.next()) {
        task.env.checkInterrupted();
        if (batch.length === 0) continue;
        waiting.push(batch);
        count += batch.length;
        bytes += batchBytes(batch);
        // Chunks below the usual size are as any operator's; only partitions can be larger.
        if (count > CHUNK)
          claim.require(bytes * held, {
            what: "The rows of one partition of a window function",
            advice: "use a PARTITION BY with smaller partitions",
          });
        if (count < enough) continue;
        const rows = concatBatches(waiting, true);
        const whole = lastPartition(partitionKeys(rows), rows.length);
        waiting = [sliceBatch(rows, whole, rows.length)];
        count = rows.length - whole;
        bytes = batchBytes(waiting[0]!);
        if (whole > 0) claim.release();
        // A partition that is not over is not looked at again before it has doubled.
        enough = Math.max(CHUNK, 2 * count);
        if (whole > 0) yield compute(sliceBatch(rows, 0, whole));
      }
      if (count > 0) yield compute(concatBatches(waiting, true));
    } finally {
      source.close();
      claim.release();
    }
  }
}

/** Where the last partition begins. */
function lastPartition(keys: readonly SortKey[], length: number): number {
  let row = length - 1;
  while (row > 0 && compareRows(keys, 0, row - 1, row) === 0) row--;
  return row;
}

function ascending(child: Expression): SortOrder {
  return { kind: "sortOrder", child, ascending: true, nullsFirst: true };
}

class WindowFunctionPlan {
  readonly #args: Projection;
  readonly #order: Projection | null = null;
  readonly #start: OffsetPlan;
  readonly #end: OffsetPlan;
  readonly #filter: Projection | null;

  constructor(
    private readonly call: WindowCall,
    private readonly orderBy: readonly SortOrder[],
    input: readonly Attribute[],
    private readonly host: CodegenHost,
  ) {
    const { function: fn, frame } = call;
    this.#args = new Projection(fn.args, input, host);
    this.#filter = fn.kind === "aggregate" && fn.filter !== null ? new Projection([fn.filter], input, host) : null;
    const [first] = orderBy;
    this.#start = offsetPlan(frame.start, frame.unit, first, input, host);
    this.#end = offsetPlan(frame.end, frame.unit, first, input, host);
    if (this.#start instanceof Projection || this.#end instanceof Projection) {
      this.#order = new Projection([inRangeType(first!.child)], input, host);
    }
  }

  open(task: OpenTask): (window: WindowRows) => Vector {
    const { call } = this;
    const { function: fn } = call;
    const argsOf = this.#args.open(task);
    const filterOf = this.#filter?.open(task);
    const framesFor = this.#frames(task);
    if (fn.kind === "windowFunction") {
      return (window) => {
        const ranks = rankColumn(fn.fn, fn.options, window);
        if (ranks !== null) return ranks;
        const args = argsOf(window.rows);
        switch (fn.fn) {
          case "lag":
          case "lead": {
            const offset = Number(fn.options?.["offset"] ?? 1) * (fn.fn === "lag" ? -1 : 1);
            return shifted(args[0]!, args[2]!, fn.type, offset, fn.ignoreNulls, window);
          }
          case "nth_value":
            return nthOfFrame(args[0]!, fn.options?.["n"] as number, fn.ignoreNulls, framesFor(window), window.rows.length);
          default:
            throw new InternalError(`No window function ${fn.fn}.`);
        }
      };
    }
    if ((fn.fn === "first" || fn.fn === "last") && fn.filter === null) {
      const ignore = fn.options?.["ignoreNulls"] === true;
      const n = fn.fn === "first" ? 1 : -1;
      return (window) => nthOfFrame(argsOf(window.rows)[0]!, n, ignore, framesFor(window), window.rows.length);
    }
    const accumulator =
      fn.user === undefined
        ? this.host.functions.aggregate(fn.fn).accumulator(fn, task.evaluation)
        : task.services.userFunctions.aggregate(fn);
    const asNumbers = framedNumbers(fn);
    return (window) => {
      const args = argsOf(window.rows).map((values, i) => ({ values, type: fn.args[i]!.type }));
      const numbers = args[0]?.values;
      const made = numbers?.form === "fixed" ? asNumbers?.(numbers, framesFor(window), window) : undefined;
      if (made !== undefined && made !== null) return made;
      const filter = filterOf?.(window.rows)[0] ?? null;
      return framedAggregate(accumulator, args, filter, framesFor(window), window, fn.type);
    };
  }

  #frames(task: OpenTask): (window: WindowRows) => Frames {
    const { frame } = this.call;
    const orderOf = this.#order?.open(task);
    const bound = (plan: OffsetPlan): ((rows: ColumnBatch) => BoundValue) => {
      if (plan === null) return () => null;
      if (typeof plan === "number") return () => ({ rows: plan });
      const values = plan.open(task);
      return (rows) => ({ values: values(rows)[0]! });
    };
    const start = bound(this.#start);
    const end = bound(this.#end);
    return (window) => {
      const { rows } = window;
      const [by] = this.orderBy;
      const order = orderOf === undefined ? null : { values: orderOf(rows)[0]!, type: rangeType(by!.child.type), by: by! };
      return framesOf(frame, start(rows), end(rows), window, order);
    };
  }
}

/** A number of rows, or what gives the order column's value at the bound; null for bounds without an offset. */
type OffsetPlan = number | Projection | null;

function offsetPlan(
  bound: Bound,
  unit: "rows" | "range",
  order: SortOrder | undefined,
  input: readonly Attribute[],
  host: CodegenHost,
): OffsetPlan {
  if (bound.kind !== "preceding" && bound.kind !== "following") return null;
  // A bound beyond the order column's type is an error in every mode. Offsets are literals, which know no time.
  const settings: SqlSettings = { ...host.settings, ansi: true, now: 0 };
  if (unit === "rows") return Number(foldExpression(bound.offset, settings).value);
  if (order === undefined) throw new InternalError("A frame of values without an order.");
  const context: BindContext = {
    settings,
    name: "",
    at: undefined,
    nextId: () => -1,
    fold: (expression) => foldExpression(expression, settings),
    bindLambda: () => {
      throw new InternalError("A frame has no lambdas.");
    },
  };
  // Down the order of a descending key values become smaller.
  const back = (bound.kind === "preceding") === order.ascending;
  const value = callByName(back ? "-" : "+", [order.child, bound.offset], context);
  const type = rangeType(order.child.type);
  return new Projection([sameType(value.type, type) ? value : cast(value, type, "ansi")], input, host);
}

/** The type in which an order column meets the bounds of frames: a digit more than a decimal has, as sums and differences need it. */
function rangeType(type: DataType): DataType {
  return type.kind === "decimal" ? { ...type, precision: Math.min(type.precision + 1, 38) } : type;
}

function inRangeType(order: Expression): Expression {
  const type = rangeType(order.type);
  return sameType(type, order.type) ? order : cast(order, type, "ansi");
}
