/** Encodes the records of a loop as row batches: results of collect, cached blocks, object files. */
import {
  BATCH_ROWS,
  BatchEncoder,
  ByteWriter,
  type LoopBuilder,
  type Sink,
  type SinkCode,
  type ValueContext,
} from "../../columnar";
import { LONG_RECORD } from "../plan-port";

/** Records of the first batch: few, since nobody knows yet how long they are. */
const FIRST_ROWS = 8;
/** Records of a batch to those of the batch before it, at most. */
const GROWTH = 4;
/** A batch has fewer records where they are long: they are on the heap until it is full. One of `LONG_RECORD` is the last of its batch. */
const BATCH_BYTES = LONG_RECORD;

export class EncodeSink implements Sink {
  // Read and written by generated code.
  rows: unknown[] = [];
  left: number;
  /** Records of the batch. */
  full = FIRST_ROWS;
  /** Records taken in so far, but for those in `rows`. */
  #encoded = 0;
  /** Bytes of what `add` took since the last batch. */
  #pending = 0;
  readonly out: ByteWriter;
  readonly #encoder: BatchEncoder;

  /**
   * @param limit how many records are wanted; all by default.
   * @param flushed called when `out` has grown by a batch; may take what is there and clear it.
   * @param out empty memory to write into; absent: the sink's own.
   */
  constructor(
    values: ValueContext,
    private readonly limit: number | null = null,
    private readonly flushed?: (out: ByteWriter, rows: number) => void,
    out: ByteWriter = new ByteWriter(1 << 12),
  ) {
    this.left = limit ?? 0;
    this.out = out;
    this.#encoder = new BatchEncoder(values);
  }

  emit(builder: LoopBuilder): SinkCode {
    const held = builder.bind(this, "encode");
    const rows = builder.local("rows");
    const full = builder.local("full");
    const code = {
      enter: `let ${rows} = ${held}.rows, ${full} = ${held}.full;`,
      row: (record: { readonly code: string }) =>
        `${rows}.push(${record.code});\nif (${rows}.length >= ${full}) { ${rows} = ${held}.flush(); ${full} = ${held}.full; }`,
      leave: "",
    };
    if (this.limit === null) return code;
    const left = builder.local("left");
    return {
      enter: `${code.enter} let ${left} = ${held}.left;`,
      row: (record) => `${code.row(record)}\n${left}--;`,
      leave: `${held}.left = ${left};`,
      stopped: `${left} <= 0`,
    };
  }

  /** Takes one record that is bytes, without a loop: one of `LONG_RECORD` bytes or more is written before this returns. */
  add(record: Uint8Array): void {
    this.#pending += record.length;
    if (this.rows.push(record) < this.full && this.#pending < BATCH_BYTES) return;
    this.#pending = 0;
    this.flush();
  }

  /** Encodes what is held; gives the array for what comes next. */
  flush(): unknown[] {
    const { rows } = this;
    if (rows.length > 0) {
      const before = this.out.length;
      this.#encoder.encodeRows(rows, 0, rows.length, this.out);
      const fitting = Math.floor((BATCH_BYTES * rows.length) / (this.out.length - before));
      this.full = Math.max(1, Math.min(BATCH_ROWS, GROWTH * this.full, fitting));
      this.#encoded += rows.length;
      this.rows = [];
      this.flushed?.(this.out, rows.length);
    }
    return this.rows;
  }

  /** Records encoded. */
  get count(): number {
    return this.#encoded;
  }

  /** All batches; the memory is given away. */
  finish(): Uint8Array {
    this.flush();
    return this.out.written();
  }
}
