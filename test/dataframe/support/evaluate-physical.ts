/**
 * Physical plans carried out in stages, partition by partition, on boxed rows: what shows that exchanges are where they
 * must be. Each task sees only what its input names.
 */
import type { Boxed } from "../../../src/columnar/types";
import { decodeBatchesOf, boxedRows, hashBoxed } from "../../../src/columnar/batch";
import type { BoxedRow } from "../../../src/columnar/vector";
import type { Attribute, Expression, SortOrder } from "../../../src/dataframe/expressions/expression";
import { interpreter } from "../../../src/dataframe/expressions/interpret";
import { attribute } from "../../../src/dataframe/expressions/build";
import { builtins } from "../../../src/dataframe/functions";
import type { Join, LogicalPlan } from "../../../src/dataframe/logical/plan";
import { conjunction, equal } from "../../../src/dataframe/optimizer/predicates";
import type { HashAggregateExec, Partitioning, PhysicalPlan, StageTaskInput } from "../../../src/dataframe/physical/plan";
import type { PlanServices } from "../../../src/dataframe/physical/services";
import { QueryRun, type Stage } from "../../../src/dataframe/physical/stages";
import type { SqlSettings } from "../../../src/dataframe/settings";
import { PlanEvaluator } from "./evaluate-plan";

type Rows = readonly BoxedRow[];

export interface Observed {
  readonly rows: Rows;
  /** The plan as it was in the end. */
  readonly plan: PhysicalPlan;
  /** Tasks of each stage, in the order in which they ran. */
  readonly tasks: readonly number[];
}

/** `bytesOfRow`: how large the rows of exchanges are said to be. */
export function runPhysical(
  plan: LogicalPlan,
  settings: SqlSettings,
  services: PlanServices,
  data: (name: string) => Rows,
  bytesOfRow = 100,
): Observed {
  const run = new QueryRun(plan, settings, services);
  const runner = new PhysicalEvaluator(settings, data, services.splits({} as never).length);
  const tasks: number[] = [];
  for (;;) {
    const stage = run.next();
    tasks.push(stage.tasks.length);
    const results = stage.tasks.map((input) => runner.rows(stage.root, input, stage));
    if (stage.kind === "result") {
      const all = results.flat();
      const { limit, offset } = stage.take ?? { limit: null, offset: 0 };
      return { rows: all.slice(offset, limit === null ? undefined : offset + limit), plan: run.plan, tasks };
    }
    const written = results.map((rows) => runner.distributed(rows, stage.root.output, stage.partitioning, results.flat()));
    runner.shuffles.set(stage.id, written);
    const count = stage.partitioning.kind === "broadcast" ? 1 : (written[0] as readonly Rows[]).length;
    const size = (rows: Rows | undefined): number => (rows?.length ?? 0) * bytesOfRow;
    run.finished(stage.id, {
      bytes: Array.from({ length: count }, (_, reduce) => written.reduce((sum, parts) => sum + size(parts[reduce]), 0)),
      rows: results.reduce((sum, rows) => sum + rows.length, 0),
      mapBytes: (reduce) => written.map((parts) => size(parts[reduce])),
    });
  }
}

class PhysicalEvaluator {
  /** By exchange: map tasks, then reduce partitions. */
  readonly shuffles = new Map<number, readonly (readonly Rows[])[]>();
  readonly #logical: PlanEvaluator;

  constructor(
    private readonly settings: SqlSettings,
    private readonly data: (name: string) => Rows,
    private readonly splits: number,
  ) {
    this.#logical = new PlanEvaluator(settings, data);
  }

  rows(node: PhysicalPlan, input: StageTaskInput, stage: Stage): Rows {
    const of = (child: PhysicalPlan): Rows => this.rows(child, input, stage);
    const as = (child: PhysicalPlan): LogicalPlan => ({ kind: "localRelation", output: child.output, rows: of(child) });
    const logically = (plan: LogicalPlan): Rows => this.#logical.rows(plan);
    switch (node.kind) {
      case "scan": {
        const splits = input.scans[node.id] as readonly number[] | undefined;
        if (splits === undefined) return [];
        const all = this.data(node.relation.name);
        const rows = all.filter((_, i) => splits.includes(i % this.splits));
        const places = node.columns.map(([name]) => node.relation.schema.fields.findIndex((field) => field.name === name));
        const kept = rows.map((row) => places.map((place) => row[place] as Boxed));
        const condition = conjunction(node.partitionFilters);
        const relation: LogicalPlan = { kind: "localRelation", output: node.output, rows: kept };
        return condition === null ? kept : logically({ kind: "filter", child: relation, condition });
      }
      case "localTable": {
        const partition = input.leaves[node.id];
        if (partition === undefined) return [];
        const types = node.output.map((column) => column.type);
        return [...decodeBatchesOf(node.partitions[partition] as Uint8Array)].flatMap((batch) => boxedRows(batch, types));
      }
      case "range": {
        const partition = input.leaves[node.id];
        const all = logically({ ...node, kind: "range" });
        const each = Math.ceil(all.length / node.numPartitions);
        return partition === undefined ? [] : all.slice(partition * each, (partition + 1) * each);
      }
      case "project":
        return logically({ kind: "project", child: as(node.child), expressions: node.expressions });
      case "filter":
        return logically({ kind: "filter", child: as(node.child), condition: node.condition });
      case "sort":
        return logically({ kind: "sort", child: as(node.child), order: node.order, global: false });
      case "topK": {
        const sorted: LogicalPlan = { kind: "sort", child: as(node.child), order: node.order, global: false };
        return logically({ kind: "limit", child: sorted, limit: node.limit, offset: node.offset });
      }
      case "limit":
        return logically({ kind: "limit", child: as(node.child), limit: node.limit, offset: node.offset });
      case "tail":
        return logically({ kind: "tail", child: as(node.child), limit: node.limit });
      case "window": {
        assertTogether(of(node.child).map((row) => this.#values(node.partitionBy, node.child.output, row)));
        const functions = node.functions.map(({ result, call }) => ({ id: result.id, name: result.name, call }));
        return logically({ ...node, kind: "window", child: as(node.child), functions });
      }
      case "expand":
        return logically({ kind: "expand", child: as(node.child), projections: node.projections, output: node.output });
      case "union": {
        const children = new Set((input.unions[node.id] ?? []).map(({ child }) => child));
        return [...children].flatMap((child) => of(node.children[child]!));
      }
      case "coalesce":
        return of(node.child);
      case "hashJoin":
      case "sortMergeJoin":
      case "nestedLoopJoin": {
        const keys =
          node.kind === "nestedLoopJoin" ? [] : node.leftKeys.map((key, i) => equal(key, node.rightKeys[i] as Expression));
        const condition = conjunction([...keys, ...(node.condition === null ? [] : [node.condition])]);
        const { type, exists } = node;
        const join: Join = {
          kind: "join",
          left: as(node.left),
          right: as(node.right),
          type,
          condition,
          ...(exists && { exists }),
        };
        return logically(join);
      }
      case "markMatches": {
        const keys = node.leftKeys.map((key, i) => equal(key, node.rightKeys[i] as Expression));
        const condition = conjunction([...keys, ...(node.condition === null ? [] : [node.condition])]);
        const exists = attribute(-1, "matched", { kind: "boolean" }, false);
        const join: Join = { kind: "join", left: as(node.left), right: as(node.right), type: "existence", condition, exists };
        return [[Uint8Array.from(logically(join), (row) => (row.at(-1) === true ? 1 : 0))]];
      }
      case "markedRows": {
        const marks = node.marks.map((child) => of(child).map(([bytes]) => bytes as Uint8Array));
        return of(node.child).filter((_, row) =>
          marks.every((tasks, i) => tasks.some((bytes) => bytes[row] === 1) === node.matched[i]),
        );
      }
      case "hashAggregate":
        return this.#aggregate(node, of(node.child));
      case "shuffleRead": {
        const written = this.shuffles.get(stage.shuffles[node.input] as number) as readonly (readonly Rows[])[];
        return (input.shuffles[node.id] ?? []).flatMap(({ reduce, maps }) =>
          written.slice(...(maps ?? [])).flatMap((parts) => parts[reduce] ?? []),
        );
      }
      case "broadcastRead": {
        const written = this.shuffles.get(stage.broadcasts[node.broadcast] as number) as readonly (readonly Rows[])[];
        return written.flat(2);
      }
      default:
        throw new Error(`Not evaluated here: ${node.kind}.`);
    }
  }

  /** A task's rows by reduce partition. `all`: of the whole stage, for range bounds. */
  distributed(rows: Rows, columns: readonly Attribute[], partitioning: Partitioning, all: Rows): readonly Rows[] {
    const count = "numPartitions" in partitioning ? partitioning.numPartitions : 1;
    const parts = Array.from({ length: count }, (): BoxedRow[] => []);
    rows.forEach((row, i) => parts[this.#place(row, i, columns, partitioning, all)]?.push(row));
    return parts;
  }

  #place(row: BoxedRow, i: number, columns: readonly Attribute[], partitioning: Partitioning, all: Rows): number {
    switch (partitioning.kind) {
      case "hash": {
        const { expressions, numPartitions } = partitioning;
        const hash = this.#values(expressions, columns, row).reduce<number>(
          (seed, value, key) => (value === null ? seed : hashBoxed(value, (expressions[key] as Expression).type, seed)),
          42,
        );
        return ((hash % numPartitions) + numPartitions) % numPartitions;
      }
      case "range": {
        const sorted = this.#sorted(all, columns, partitioning.order);
        const key = JSON.stringify(
          this.#values(
            partitioning.order.map((order) => order.child),
            columns,
            row,
          ),
        );
        const first = sorted.findIndex(
          (other) =>
            JSON.stringify(
              this.#values(
                partitioning.order.map((order) => order.child),
                columns,
                other,
              ),
            ) === key,
        );
        return Math.floor((first * partitioning.numPartitions) / sorted.length);
      }
      case "roundRobin":
      case "unknown":
        return i % partitioning.numPartitions;
      default:
        return 0;
    }
  }

  #sorted(rows: Rows, columns: readonly Attribute[], order: readonly SortOrder[]): Rows {
    return this.#logical.rows({ kind: "sort", child: { kind: "localRelation", output: columns, rows }, order, global: true });
  }

  #values(expressions: readonly Expression[], columns: readonly Attribute[], row: BoxedRow): readonly Boxed[] {
    return expressions.map((expression) => interpreter(expression, columns, this.#context())(row));
  }

  #context(): { settings: SqlSettings; partition: number; inputFile: () => null } {
    return { settings: this.settings, partition: 0, inputFile: () => null };
  }

  #aggregate(node: HashAggregateExec, rows: Rows): Rows {
    const columns = node.child.output;
    const groups = new Map<string, { readonly key: readonly Boxed[]; readonly rows: BoxedRow[] }>();
    for (const row of rows) {
      const key = this.#values(node.grouping, columns, row);
      const text = JSON.stringify(key);
      const group = groups.get(text);
      if (group === undefined) groups.set(text, { key, rows: [row] });
      else group.rows.push(row);
    }
    const always = node.mode === "final" || node.mode === "complete";
    if (node.grouping.length === 0 && groups.size === 0 && always) groups.set("", { key: [], rows: [] });
    return [...groups.values()].map((group) => [
      ...group.key,
      ...node.aggregates.flatMap((item) => {
        const accumulator = builtins.aggregate(item.call.fn).accumulator(item.call, this.#context());
        let state = accumulator.init();
        for (const row of group.rows) {
          if (node.mode === "final" || node.mode === "merge") {
            state = accumulator.merge(state, accumulator.fromColumns(this.#values(item.state, columns, row)));
          } else {
            const { filter, args } = item.call;
            if (filter !== null && this.#values([filter], columns, row)[0] !== true) continue;
            state = accumulator.update(state, this.#values(args, columns, row));
          }
        }
        return always ? [accumulator.finish(state)] : accumulator.toColumns(state);
      }),
    ]);
  }
}

/** Rows of one key stand next to each other. */
function assertTogether(keys: readonly (readonly Boxed[])[]): void {
  const seen = new Set<string>();
  let last = "";
  for (const key of keys.map((values) => JSON.stringify(values))) {
    if (key !== last && seen.has(key)) throw new Error(`The rows of ${key} are not together.`);
    seen.add(key);
    last = key;
  }
}
