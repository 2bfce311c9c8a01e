/**
 * The records of a stream or asynchronous iterable. It is read once, when the layout is first needed, at the pace at which
 * its records are encoded; the encoded partitions stay in this process.
 */
import type { Frozen } from "../../closure/frozen";
import { BatchEncoder, ByteWriter } from "../../columnar";
import { UsageError } from "../../common/errors";
import type { ContextPort } from "../context-port";
import { RecordedClasses } from "../recorded-classes";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode } from "./node";

export interface StreamOptions {
  /** Records in a partition; 10,000 by default. */
  readonly recordsPerPartition?: number;
  /** The stream gives text or bytes in pieces of any size; the records are their lines. */
  readonly lines?: boolean;
}

const RECORDS = 10_000;
/** Records encoded at a time. */
const BATCH = 1024;

export class StreamNode extends DatasetNode {
  override readonly className = "StreamRDD";
  protected override readonly inputs = [];
  #slices: readonly Uint8Array[] = [];
  #classes: readonly Frozen[] = [];
  #started = false;

  constructor(
    context: ContextPort,
    private readonly stream: AsyncIterable<unknown>,
    private readonly options: StreamOptions,
  ) {
    super(context, "fromStream");
  }

  protected override async doPrepare(): Promise<void> {
    if (this.#started)
      throw new UsageError("STREAM_FAILED", `${this.callSite}: the stream failed when it was read, and cannot be read again.`);
    this.#started = true;
    const size = this.options.recordsPerPartition ?? RECORDS;
    const classes = new RecordedClasses(this.context.values);
    const encoder = new BatchEncoder(classes);
    const out = new ByteWriter();
    const slices: Uint8Array[] = [];
    let batch: unknown[] = [];
    let inSlice = 0;
    const encode = (): void => {
      encoder.encodeRows(batch, 0, batch.length, out);
      inSlice += batch.length;
      batch = [];
    };
    for await (const record of this.options.lines === true ? lines(this.stream) : this.stream) {
      batch.push(record);
      if (batch.length === BATCH || inSlice + batch.length === size) encode();
      if (inSlice === size) {
        slices.push(out.copy());
        out.clear();
        inSlice = 0;
      }
    }
    encode();
    if (inSlice > 0) slices.push(out.copy());
    this.#slices = slices;
    this.#classes = classes.captured(this.context, "fromStream");
  }

  protected override countPartitions(): number {
    return this.#slices.length;
  }

  protected override listDependencies(): readonly [] {
    return [];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    for (const definition of this.#classes) encoder.class(definition);
    return { kind: "slices" };
  }

  override get hasPayload(): boolean {
    return true;
  }

  override payload(partition: number): Uint8Array {
    return this.#slices[partition]!;
  }
}

async function* lines(stream: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    rest += typeof piece === "string" ? piece : decoder.decode(piece as Uint8Array, { stream: true });
    const complete = rest.split(/\r?\n/);
    rest = complete.pop()!;
    yield* complete;
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
