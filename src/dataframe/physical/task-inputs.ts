/**
 * What each task of a stage reads. Operators that pair partitions (joins of two partitioned sides) make their leaves go
 * together: the same reduce partitions of all of them are read by one task. Small ones are put together, and a partition
 * that is far larger than the others is read by several tasks.
 */
import { InternalError } from "../../common/errors";
import type { PhysicalJoinType, PhysicalPlan, StageTaskInput } from "./plan";
import { childrenOf } from "./traverse";

/** A reduce partition, or what some of the map tasks wrote of it. */
export type ReduceRead = StageTaskInput["shuffles"][number][number];

/** What is known of a shuffle that has been written. */
export interface ShuffleSizes {
  readonly partitions: number;
  /** Bytes of each reduce partition. */
  readonly bytes: readonly number[];
  /** Of all partitions; null where they are not known. */
  readonly rows: number | null;
  /** Bytes of each map task's part of a partition, where that is known. */
  readonly mapBytes?: (reduce: number) => readonly number[];
}

/**
 * Rows that are worth a task of their own: to aggregate or join so many takes longer than the stage that puts the tasks' results together. In bytes they
 * may be few, as columns of codes are.
 */
export const ROWS_OF_A_TASK = 1 << 15;

export interface TaskSettings {
  readonly parallelism: number;
  /** spark.sql.adaptive.coalescePartitions.enabled and its sizes. */
  readonly coalesce: boolean;
  readonly advisoryBytes: number;
  readonly minBytes: number;
  /** Partitions of so many rows stay apart, however few bytes they are; null: only bytes count. */
  readonly minRows: number | null;
  /** Rather smaller tasks than slots that stand idle. */
  readonly parallelismFirst: boolean;
  /** spark.sql.adaptive.skewJoin.*; null: off. */
  readonly skew: { readonly factor: number; readonly bytes: number } | null;
  /** spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled */
  readonly divideRebalanced: boolean;
}

export interface TaskSources {
  /** Splits of a scan, task by task. */
  splits(scan: number): readonly (readonly unknown[])[];
  /** Of what a shuffleRead reads, by the read's id; `single`: one task reads all; `rebalance`: large partitions may be divided. */
  shuffle(read: number): {
    readonly sizes: ShuffleSizes;
    readonly single: boolean;
    readonly fixed: boolean;
    readonly rebalance: boolean;
  };
  partitionsOf(source: number): number;
}

type Part = Omit<StageTaskInput, "partition">;

export function taskInputs(root: PhysicalPlan, sources: TaskSources, settings: TaskSettings): readonly StageTaskInput[] {
  const parts = new TaskInputs(root, sources, settings).parts(root) ?? [EMPTY];
  return parts.map((part, partition) => ({ ...part, partition }));
}

const EMPTY: Part = { scans: {}, shuffles: {}, leaves: {}, unions: {} };

class TaskInputs {
  /** For each read, what each task takes of it. */
  readonly #groups = new Map<number, readonly (readonly ReduceRead[])[]>();

  constructor(
    root: PhysicalPlan,
    private readonly sources: TaskSources,
    private readonly settings: TaskSettings,
  ) {
    for (const domain of domainsOf(root)) this.#divide(domain);
  }

  /** Null: the node reads the same in each task, such as broadcasts. */
  parts(node: PhysicalPlan): readonly Part[] | null {
    const { sources } = this;
    switch (node.kind) {
      case "scan": {
        if (node.whole !== undefined) return null;
        const splits = sources.splits(node.id);
        return (splits.length === 0 ? [[]] : splits).map((items, i) => ({
          ...EMPTY,
          scans: { [node.id]: items },
          ...(node.within && { leaves: { [node.id]: i } }),
        }));
      }
      case "localTable":
        return node.partitions.map((_, i) => ({ ...EMPTY, leaves: { [node.id]: i } }));
      case "range":
        return Array.from({ length: node.numPartitions }, (_, i) => ({ ...EMPTY, leaves: { [node.id]: i } }));
      case "external":
        return Array.from({ length: Math.max(1, sources.partitionsOf(node.source)) }, (_, i) => ({
          ...EMPTY,
          leaves: { [node.id]: i },
        }));
      case "shuffleRead": {
        const groups = this.#groups.get(node.id) as readonly (readonly ReduceRead[])[];
        return groups.map((reads) => ({ ...EMPTY, shuffles: { [node.id]: reads } }));
      }
      case "broadcastRead":
        return null;
      case "union": {
        return node.children.flatMap((each, child) =>
          (this.parts(each) ?? [EMPTY]).map((part, partition) => ({
            ...part,
            unions: { ...part.unions, [node.id]: [{ child, partition }] },
          })),
        );
      }
      case "coalesce":
        return merged(this.parts(node.child) ?? [EMPTY], node.numPartitions);
      case "hashJoin":
      case "sortMergeJoin":
      case "nestedLoopJoin":
      case "markMatches":
      case "cogroup":
        return zipped(this.parts(node.left), this.parts(node.right));
      case "markedRows":
        return node.marks.reduce<readonly Part[] | null>(
          (parts, marks) => zipped(parts, this.parts(marks)),
          this.parts(node.child),
        );
      case "exchange":
      case "reusedExchange":
        throw new InternalError("A stage reads an exchange that was not cut.");
      default:
        return this.parts(node.child);
    }
  }

  #divide(domain: Domain): void {
    const reads = domain.reads.map((id) => ({ id, ...this.sources.shuffle(id) }));
    const first = reads[0];
    if (first === undefined) return;
    if (reads.some((read) => read.single) || first.sizes.partitions === 1) {
      for (const { id, sizes } of reads) this.#groups.set(id, [range(0, sizes.partitions)]);
      return;
    }
    const { partitions } = first.sizes;
    const fixed = domain.fixed || !this.settings.coalesce || reads.some((read) => read.fixed);
    const totals = Array.from({ length: partitions }, (_, i) => reads.reduce((sum, { sizes }) => sum + (sizes.bytes[i] ?? 0), 0));
    const groups = fixed
      ? totals.map((_, i): [number, number] => [i, i + 1])
      : this.#coalesced(totals, rowsOf(reads), first.rebalance);
    const rebalance = first.rebalance && domain.free === true;
    const skewed = rebalance ? this.#divided(first.sizes) : this.#skewed(domain, reads);
    for (const read of reads) {
      const tasks: (readonly ReduceRead[])[] = [];
      for (const [from, to] of skewed === null ? groups : isolated(groups, skewed)) {
        const pieces = to - from === 1 ? skewed?.get(from) : undefined;
        if (pieces === undefined) tasks.push(range(from, to));
        else for (const piece of pieces) tasks.push(piece(read.id));
      }
      this.#groups.set(read.id, tasks);
    }
  }

  /** Neighbours together up to the advisory size; smaller where slots would stand idle, unless sizes are what was asked for. */
  #coalesced(totals: readonly number[], rows: number, bySize: boolean): readonly [number, number][] {
    const { advisoryBytes, minBytes, minRows, parallelism, parallelismFirst } = this.settings;
    const total = totals.reduce((sum, bytes) => sum + bytes, 0);
    const least = minRows === null || rows < 2 * minRows ? minBytes : Math.min(minBytes, (total * minRows) / rows);
    const forSlots = parallelismFirst && !bySize ? Math.max(least, Math.ceil(total / parallelism)) : Infinity;
    const target = Math.max(1, Math.min(advisoryBytes, forSlots));
    const groups: [number, number][] = [];
    let from = 0;
    let sum = 0;
    totals.forEach((bytes, i) => {
      if (i > from && sum + bytes > target) {
        groups.push([from, i]);
        from = i;
        sum = 0;
      }
      sum += bytes;
    });
    groups.push([from, totals.length]);
    return groups;
  }

  /** For partitions above the advisory size, of rows that need not be together: pieces of about that size. */
  #divided(sizes: ShuffleSizes): Pieces | null {
    const { advisoryBytes, divideRebalanced } = this.settings;
    if (!divideRebalanced) return null;
    const found = new Map<number, readonly ((read: number) => readonly ReduceRead[])[]>();
    sizes.bytes.forEach((bytes, reduce) => {
      if (bytes <= advisoryBytes) return;
      const pieces = mapRanges(sizes.mapBytes?.(reduce) ?? [], advisoryBytes);
      if (pieces.length > 1)
        found.set(
          reduce,
          pieces.map((maps) => () => [{ reduce, maps }]),
        );
    });
    return found.size === 0 ? null : found;
  }

  /** For partitions much larger than the median: the pieces that tasks take, as functions of the read. */
  #skewed(domain: Domain, reads: readonly { readonly id: number; readonly sizes: ShuffleSizes }[]): Pieces | null {
    const { skew, advisoryBytes } = this.settings;
    if (skew === null || domain.splittable.size === 0) return null;
    const found = new Map<number, readonly ((read: number) => readonly ReduceRead[])[]>();
    for (const { id, sizes } of reads) {
      if (!domain.splittable.has(id) || sizes.mapBytes === undefined) continue;
      const limit = Math.max(skew.bytes, skew.factor * median(sizes.bytes));
      sizes.bytes.forEach((bytes, reduce) => {
        if (bytes <= limit || found.has(reduce)) return;
        const pieces = mapRanges(sizes.mapBytes?.(reduce) ?? [], advisoryBytes);
        if (pieces.length < 2) return;
        found.set(
          reduce,
          pieces.map((maps) => (read: number) => [read === id ? { reduce, maps } : { reduce }]),
        );
      });
    }
    return found.size === 0 ? null : found;
  }
}

/** Rows of several reads together, as far as they are known. */
function rowsOf(reads: readonly { readonly sizes: ShuffleSizes }[]): number {
  return reads.reduce((sum, { sizes }) => sum + (sizes.rows ?? 0), 0);
}

/** What tasks take of partitions that several of them share, as functions of the read. */
type Pieces = ReadonlyMap<number, readonly ((read: number) => readonly ReduceRead[])[]>;

interface Domain {
  /** Ids of the reads whose partitions go together. */
  readonly reads: readonly number[];
  /** Goes together with leaves that are no shuffles. */
  readonly fixed: boolean;
  /** Reads whose partitions several tasks may share. */
  readonly splittable: ReadonlySet<number>;
  /** A read of rows that nothing above needs together. */
  readonly free?: boolean;
}

/** The reads of a stage in groups that are divided alike. */
function domainsOf(root: PhysicalPlan): readonly Domain[] {
  const done: Domain[] = [];
  /** `free`: nothing above needs rows of a key in one task. */
  const visit = (node: PhysicalPlan, free: boolean): Domain => {
    switch (node.kind) {
      case "shuffleRead":
        return { reads: [node.id], fixed: false, splittable: new Set(), free };
      case "broadcastRead":
        return { reads: [], fixed: false, splittable: new Set() };
      case "union":
        for (const child of node.children) done.push(visit(child, free));
        return { reads: [], fixed: false, splittable: new Set() };
      case "coalesce":
        done.push(visit(node.child, free));
        return { reads: [], fixed: false, splittable: new Set() };
      case "hashJoin":
      case "sortMergeJoin":
      case "nestedLoopJoin":
      case "cogroup": {
        const left = visit(node.left, false);
        const right = visit(node.right, false);
        const splittable = new Set<number>();
        if (free && node.kind !== "cogroup") {
          if (canSplitLeft(node.type) && !buildsLeftWithUnmatched(node))
            for (const id of plainReads(node.left)) splittable.add(id);
          if (canSplitRight(node.type)) for (const id of plainReads(node.right)) splittable.add(id);
        }
        return { reads: [...left.reads, ...right.reads], fixed: left.fixed || right.fixed, splittable };
      }
      case "markMatches":
        return visit(node.right, free);
      case "markedRows": {
        const reads = childrenOf(node).flatMap((child) => visit(child, false).reads);
        return { reads, fixed: true, splittable: new Set() };
      }
      case "project":
      case "filter":
      case "generate":
      case "expand":
      case "collectMetrics":
        return visit(node.child, free);
      case "hashAggregate":
        return visit(node.child, free && node.mode === "partial");
      default: {
        const children = childrenOf(node);
        const child = children[0];
        if (child === undefined)
          return {
            reads: [],
            fixed: (node.kind === "scan" && node.whole === undefined) || node.kind === "external",
            splittable: new Set(),
          };
        return visit(child, false);
      }
    }
  };
  done.push(visit(root, true));
  return done.filter((domain) => domain.reads.length > 0);
}

/** Reads below operators that work row by row. */
function plainReads(node: PhysicalPlan): readonly number[] {
  switch (node.kind) {
    case "shuffleRead":
      return [node.id];
    case "project":
    case "filter":
    case "sort":
      return plainReads(node.child);
    default:
      return [];
  }
}

function canSplitLeft(type: PhysicalJoinType): boolean {
  return type === "inner" || type === "left" || type === "leftSemi" || type === "leftAnti" || type === "existence";
}

function canSplitRight(type: PhysicalJoinType): boolean {
  return type === "inner" || type === "right";
}

/** With the table on the preserved side, a task must see all rows that may match it. */
function buildsLeftWithUnmatched(node: Extract<PhysicalPlan, { readonly type: PhysicalJoinType }>): boolean {
  return node.kind !== "sortMergeJoin" && node.build === "left" && node.type !== "inner";
}

function range(from: number, to: number): readonly ReduceRead[] {
  return Array.from({ length: to - from }, (_, i) => ({ reduce: from + i }));
}

/** Groups with the skewed partitions on their own. */
function isolated(groups: readonly [number, number][], skewed: ReadonlyMap<number, unknown>): readonly [number, number][] {
  const found: [number, number][] = [];
  for (const [from, to] of groups) {
    let start = from;
    for (let i = from; i < to; i++) {
      if (!skewed.has(i)) continue;
      if (i > start) found.push([start, i]);
      found.push([i, i + 1]);
      start = i + 1;
    }
    if (start < to) found.push([start, to]);
  }
  return found;
}

function mapRanges(bytes: readonly number[], target: number): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  let from = 0;
  let sum = 0;
  bytes.forEach((size, i) => {
    if (i > from && sum + size > target) {
      ranges.push([from, i]);
      from = i;
      sum = 0;
    }
    sum += size;
  });
  if (bytes.length > from) ranges.push([from, bytes.length]);
  return ranges;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function zipped(left: readonly Part[] | null, right: readonly Part[] | null): readonly Part[] | null {
  if (left === null || right === null) return left ?? right;
  if (left.length !== right.length) {
    throw new InternalError(`Sides of a join have ${left.length} and ${right.length} partitions.`);
  }
  return left.map((part, i) => {
    const other = right[i] as Part;
    return {
      scans: { ...part.scans, ...other.scans },
      shuffles: { ...part.shuffles, ...other.shuffles },
      leaves: { ...part.leaves, ...other.leaves },
      unions: { ...part.unions, ...other.unions },
    };
  });
}

function merged(parts: readonly Part[], count: number): readonly Part[] {
  if (parts.length <= count) return parts;
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * parts.length) / count);
    const to = Math.floor(((i + 1) * parts.length) / count);
    return parts.slice(from, to).reduce((sum, part) => ({
      scans: appended(sum.scans, part.scans),
      shuffles: appended(sum.shuffles, part.shuffles),
      leaves: { ...sum.leaves, ...part.leaves },
      unions: appended(sum.unions, part.unions),
    }));
  });
}

function appended<T>(
  a: Readonly<Record<number, readonly T[]>>,
  b: Readonly<Record<number, readonly T[]>>,
): Readonly<Record<number, readonly T[]>> {
  const all: Record<number, readonly T[]> = { ...a };
  for (const [id, items] of Object.entries(b)) all[Number(id)] = [...(all[Number(id)] ?? []), ...items];
  return all;
}
