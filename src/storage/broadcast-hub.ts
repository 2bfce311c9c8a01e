/**
 * The driver's end of broadcasts: keeps the bytes of named blocks, serves them in pieces, and knows which executors have
 * which pieces, so that those who come later can fetch from them.
 */
import { crc32 } from "node:zlib";
import type { BlockAddress } from "./block-address";
import type { PieceMap } from "./transfer/frames";
import type { Answer, Serve } from "./transfer/block-server";
import { ServeError } from "./transfer/block-server";

const PIECE_BYTES = 4 * 2 ** 20;
/** Broadcasts up to this come with the answer to where they are. */
const WHOLE_BYTES = 256 * 1024;

interface Named {
  readonly bytes: Uint8Array;
  readonly checksums: readonly number[];
  /** By executor. */
  readonly holders: Map<string, { readonly address: BlockAddress; readonly pieces: Set<number> }>;
}

export class BroadcastHub {
  readonly #named = new Map<string, Named>();
  #served = 0;

  /**
   * @param pieceBytes spark.broadcast.blockSize, 4 MB by default
   * @param make makes the bytes of a name that was not put, when they are first asked for; undefined where there are none
   */
  constructor(
    private readonly pieceBytes = PIECE_BYTES,
    private readonly make: (id: string) => Uint8Array | undefined = () => undefined,
  ) {}

  /** Bytes that executors have fetched from here, without what they had from each other. */
  get bytesServed(): number {
    return this.#served;
  }

  get size(): number {
    return this.#named.size;
  }

  /** Offers bytes under a name; they must not change afterwards. */
  put(id: string, bytes: Uint8Array): void {
    const checksums: number[] = [];
    for (let at = 0; at < bytes.length; at += this.pieceBytes) checksums.push(crc32(bytes.subarray(at, at + this.pieceBytes)));
    this.#named.set(id, { bytes, checksums, holders: new Map() });
  }

  /** What is offered under the name. */
  bytesOf(id: string): Uint8Array {
    return this.#find(id).bytes;
  }

  has(id: string): boolean {
    return this.#named.has(id);
  }

  /** Forgets the bytes and who has them. Executors are told apart from this. */
  remove(id: string): void {
    this.#named.delete(id);
  }

  /** An executor is gone: nobody should ask it any more. */
  removeExecutor(executorId: string): void {
    for (const { holders } of this.#named.values()) holders.delete(executorId);
  }

  /** Answers the requests of executors, for a `BlockServer`. */
  readonly serve: Serve = (request): Answer => {
    if (request.type === "locate") {
      const named = this.#find(request.body.id);
      const whole = named.bytes.length <= WHOLE_BYTES;
      const meta: PieceMap = {
        total: whole ? named.bytes.length : 0,
        length: named.bytes.length,
        pieceBytes: this.pieceBytes,
        checksums: named.checksums,
        holders: [...named.holders.values()]
          .reverse()
          .slice(0, 64)
          .map(({ address, pieces }) => ({ address, pieces: [...pieces] })),
      };
      if (whole) this.#served += named.bytes.length;
      return { meta, parts: whole ? [{ bytes: named.bytes }] : [] };
    }
    if (request.type === "piece") {
      const { id, piece } = request.body;
      const named = this.#find(id);
      if (!Number.isInteger(piece) || piece < 0 || piece >= named.checksums.length)
        throw new ServeError({ message: `There is no piece ${piece} of ${id}.` });
      const bytes = named.bytes.subarray(piece * this.pieceBytes, (piece + 1) * this.pieceBytes);
      this.#served += bytes.length;
      return { meta: { total: bytes.length }, parts: [{ bytes }] };
    }
    if (request.type === "announce") {
      const { id, piece, address } = request.body;
      const holders = this.#named.get(id)?.holders;
      const holder = holders?.get(address.executorId);
      if (holder !== undefined) holder.pieces.add(piece);
      else holders?.set(address.executorId, { address, pieces: new Set([piece]) });
      return { meta: { total: 0 }, parts: [] };
    }
    throw new ServeError({ message: `The driver does not serve requests of type ${request.type}.` });
  };

  #find(id: string): Named {
    if (!this.#named.has(id)) {
      const made = this.make(id);
      if (made !== undefined) this.put(id, made);
    }
    const named = this.#named.get(id);
    if (named === undefined) throw new ServeError({ message: `The driver has no block ${id}: it was removed, or never made.` });
    return named;
  }
}
