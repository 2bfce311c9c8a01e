/**
 * How the partition of a node is computed: a source of chunks, and the steps that every record takes after it. Chains of
 * steps grow while nodes only handle records; a node that must see its input as a whole starts a new chain.
 */
import type { Chunk, ChunkSource, LoopBuilder, Sink, SinkCode, Term } from "../../columnar";
import { Loop } from "../pipeline/loop";
import type { Op } from "../pipeline/op";
import type { DirectSource } from "../plan-port";
import { type AnySource, isThenable, type MaybePromise, PrimedSource, rowsChunk, SingleSource, then } from "../pipeline/source";
import type { SpillBuffer } from "./spill-buffer";
import type { TaskRun } from "./task-run";

export interface Chain {
  readonly open: (task: TaskRun) => AnySource;
  readonly ops: readonly ((task: TaskRun) => Op)[];
}

/** The runtime of a node in one thread. */
export interface ExecNode {
  chain(partition: number): Chain;
  /** The partition as values that need not be written as bytes (PlanProgram.direct), or records of it that are kept; null where it is neither. */
  direct?(partition: number, task: TaskRun): MaybePromise<DirectSource | ChunkSource> | null;
}

export function sourceChain(open: (task: TaskRun) => AnySource): Chain {
  return { open, ops: [] };
}

function open(chain: Chain, task: TaskRun): AnySource {
  const source = chain.open(task);
  task.onClose(() => source.close());
  return source;
}

/** All records of a chain, in memory. */
export function readAll(chain: Chain, task: TaskRun): MaybePromise<unknown[]> {
  const sink = new BufferSink(task, Infinity);
  return then(runChain(chain, sink, task), () => sink.rows);
}

/** Runs a chain into `sink` to its end, or until the sink has enough. */
export function runChain(chain: Chain, sink: Sink, task: TaskRun): MaybePromise<void> {
  const source = open(chain, task);
  const loop = new Loop(
    task.loops,
    chain.ops.map((make) => make(task)),
    sink,
    task.env,
    task.maxInFlight,
  );
  const { env } = task;
  for (;;) {
    const chunk = source.next();
    if (isThenable(chunk)) return runAsync(source, chunk, loop, task);
    if (chunk === null) break;
    env.checkInterrupted();
    const stopped = loop.feed(chunk);
    if (isThenable(stopped)) return stopped.then((enough) => (enough ? undefined : runAsync(source, source.next(), loop, task)));
    if (stopped === true) break;
  }
  source.close();
}

async function runAsync(source: AnySource, first: MaybePromise<Chunk | null>, loop: Loop, task: TaskRun): Promise<void> {
  for (let chunk = await first; chunk !== null; chunk = await source.next()) {
    task.env.checkInterrupted();
    if (await loop.feed(chunk)) break;
  }
  source.close();
}

/** A chain as a source: its steps run one chunk of input at a time, into memory. */
export function chainSource(chain: Chain, task: TaskRun): AnySource {
  const source = open(chain, task);
  if (chain.ops.length === 0) return source;
  return new LoopSource(source, chain, task);
}

/** Records that a buffer holds as objects before they are encoded and may go to disk. */
const BUFFERED_ROWS = 1 << 16;

/** Collects records of a loop: what one chunk of input becomes, which may be much where a step makes many of one. */
class BufferSink implements Sink {
  /** Read and written by generated code. */
  rows: unknown[] = [];
  #overflow: SpillBuffer | null = null;

  /** @param limit records held as objects. */
  constructor(
    private readonly task: TaskRun,
    private readonly limit: number = BUFFERED_ROWS,
  ) {}

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "buffer");
    const limit = builder.bind(this.limit, "limit");
    const rows = builder.local("rows");
    return {
      enter: `let ${rows} = ${held}.rows;`,
      row: (value: Term) => `if (${rows}.length === ${limit}) ${rows} = ${held}.spill();\n${rows}.push(${value.code});`,
      leave: "",
    };
  }

  /** Called by generated code: makes room. */
  spill(): unknown[] {
    this.#overflow ??= this.task.spillBuffer();
    this.#overflow.add(rowsChunk(this.rows));
    this.rows = [];
    return this.rows;
  }

  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  /** What was collected since the last time. The last records are always in memory. */
  take(): ChunkSource {
    const last = new SingleSource(rowsChunk(this.rows));
    const overflow = this.#overflow;
    this.rows = [];
    this.#overflow = null;
    if (overflow === null) return last;
    const before = overflow.read();
    return {
      next: () => before.next() ?? last.next(),
      close: () => overflow.close(),
    };
  }
}

class LoopSource implements AnySource {
  readonly #buffer: BufferSink;
  readonly #loop: Loop;
  /** What the last chunk of input became. */
  #made: ChunkSource | null = null;

  constructor(
    private readonly source: AnySource,
    chain: Chain,
    private readonly task: TaskRun,
  ) {
    this.#buffer = new BufferSink(task);
    this.#loop = new Loop(
      task.loops,
      chain.ops.map((make) => make(task)),
      this.#buffer,
      task.env,
      task.maxInFlight,
    );
  }

  next(): MaybePromise<Chunk | null> {
    for (;;) {
      const made = this.#nextMade();
      if (made !== null) return made;
      const chunk = this.source.next();
      if (isThenable(chunk)) return this.#nextAsync(chunk);
      if (chunk === null) return null;
      this.task.env.checkInterrupted();
      const done = this.#loop.feed(chunk);
      if (isThenable(done)) return done.then(() => this.next());
    }
  }

  async #nextAsync(input: Promise<Chunk | null>): Promise<Chunk | null> {
    const chunk = await input;
    if (chunk === null) return null;
    this.task.env.checkInterrupted();
    await this.#loop.feed(chunk);
    return this.next();
  }

  #nextMade(): Chunk | null {
    if (this.#made === null) {
      if (this.#buffer.isEmpty) return null;
      this.#made = this.#buffer.take();
    }
    const chunk = this.#made.next();
    if (chunk !== null) return chunk;
    this.#made.close();
    this.#made = null;
    return null;
  }

  close(): void {
    this.#made?.close();
    this.#made = null;
    this.source.close();
  }
}

/**
 * `source` for a reader that cannot wait: as it is while its records come synchronously; otherwise a promise of all of
 * them, kept in memory and then on disk. The first records are computed here, to know which it is.
 */
export function toSync(source: AnySource, task: TaskRun): MaybePromise<ChunkSource> {
  const first = source.next();
  if (!isThenable(first)) return new PrimedSource(first, source);
  return drain(first, source, task);
}

async function drain(first: Promise<Chunk | null>, source: AnySource, task: TaskRun): Promise<ChunkSource> {
  const buffer = task.spillBuffer();
  for (let chunk = await first; chunk !== null; chunk = await source.next()) {
    task.env.checkInterrupted();
    buffer.add(chunk);
  }
  source.close();
  return buffer.read();
}
