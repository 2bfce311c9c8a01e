/**
 * The framing after the handshake. A client sends requests, any number ahead; the server answers in order:
 *
 *   request    header, body
 *   response   header of type HEAD, body (JSON of meta), then `meta.total` bytes without further framing
 *         or   header of type ERROR, body (JSON of ErrorBody)
 *   header     body length uint32, request id uint32, type uint32; little-endian
 *
 * Lengths are checked against fixed limits before anything is allocated for them; whoever breaks the form is cut off.
 */
import { crc32 } from "node:zlib";
import type { BlockAddress } from "../block-address";
import type { LevelFlags } from "../host-calls";

export const HEADER_BYTES = 12;
/** Longest body of a request or of a head. */
export const MAX_BODY_BYTES = 2 ** 20;

export const HEAD = 16;
export const ERROR = 17;

/** Requests by type: what the body says, and the meta of the answer. All but "segments" are JSON. */
export interface Requests {
  /** A cached block. */
  block: { body: { readonly id: string }; meta: BlockMeta };
  /** Segments of map outputs, one after the other. */
  segments: { body: SegmentsBody; meta: Meta };
  /** Bytes [from, from + length) of one segment. */
  segmentPart: { body: SegmentPart; meta: Meta };
  /** One piece of a broadcast. */
  piece: { body: { readonly id: string; readonly piece: number }; meta: Meta };
  /** How a broadcast is cut and who has its pieces; a small one comes along whole. Asked of the driver. */
  locate: { body: { readonly id: string }; meta: PieceMap };
  /** The sender has a piece. Told to the driver. */
  announce: { body: { readonly id: string; readonly piece: number; readonly address: BlockAddress }; meta: Meta };
  /** Asks the receiver to fetch a copy of a block from `from` and keep it. */
  replicate: { body: { readonly id: string; readonly level: LevelFlags; readonly from: BlockAddress }; meta: Meta };
  /** A whole map output, as its file is. */
  mapOutput: { body: { readonly shuffleId: number; readonly map: number }; meta: Meta };
  /** Asks the receiver to fetch a map output from `from` and to serve it from then on. */
  takeMapOutput: {
    body: { readonly shuffleId: number; readonly map: number; readonly from: BlockAddress };
    meta: Meta;
  };
  /** The sender got bytes of the block that did not match its checksum: the receiver should look at its copy. */
  suspect: { body: { readonly id: string }; meta: Meta };
}

export type RequestType = keyof Requests;

/** A request as the server sees it. */
export type AnyRequest = { [Type in RequestType]: { readonly type: Type; readonly body: Requests[Type]["body"] } }[RequestType];

export interface Meta {
  /** Bytes that follow the head. */
  readonly total: number;
}

/** Frames of whole batches; `checksums` is there for blocks that come from disk. */
export interface BlockMeta extends Meta {
  readonly rows: number;
  readonly lengths: readonly number[];
  readonly checksums?: readonly number[];
}

export interface PieceMap extends Meta {
  /** Bytes of the whole. */
  readonly length: number;
  readonly pieceBytes: number;
  /** CRC-32 per piece. */
  readonly checksums: readonly number[];
  /** Who has which pieces, besides the driver; most recent first. */
  readonly holders: readonly { readonly address: BlockAddress; readonly pieces: readonly number[] }[];
}

export interface SegmentsBody {
  readonly shuffleId: number;
  readonly maps: Int32Array;
  readonly reduces: Int32Array;
}

export interface SegmentPart {
  readonly shuffleId: number;
  readonly map: number;
  readonly reduce: number;
  readonly from: number;
  readonly length: number;
}

/** `map` and `reduce` where the failure is one segment's. */
export interface ErrorBody {
  readonly message: string;
  readonly map?: number;
  readonly reduce?: number;
}

const TYPES: readonly RequestType[] = [
  "block",
  "segments",
  "piece",
  "locate",
  "announce",
  "replicate",
  "suspect",
  "segmentPart",
  "mapOutput",
  "takeMapOutput",
];

export interface Header {
  readonly length: number;
  readonly requestId: number;
  readonly type: number;
}

export function encodeHeader(length: number, requestId: number, type: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32LE(length, 0);
  header.writeUInt32LE(requestId, 4);
  header.writeUInt32LE(type, 8);
  return header;
}

export function decodeHeader(bytes: Buffer): Header {
  return { length: bytes.readUInt32LE(0), requestId: bytes.readUInt32LE(4), type: bytes.readUInt32LE(8) };
}

export function encodeRequest<Type extends RequestType>(type: Type, requestId: number, body: Requests[Type]["body"]): Buffer {
  const bytes = type === "segments" ? encodeSegments(body as SegmentsBody) : Buffer.from(JSON.stringify(body));
  if (bytes.length > MAX_BODY_BYTES)
    throw new RangeError(`a request of ${bytes.length} bytes is above the limit of ${MAX_BODY_BYTES}`);
  return Buffer.concat([encodeHeader(bytes.length, requestId, TYPES.indexOf(type) + 1), bytes]);
}

/** Null for a type that does not exist; throws for a body of the wrong form. */
export function decodeRequest(type: number, body: Buffer): AnyRequest | null {
  const name = TYPES[type - 1];
  if (name === undefined) return null;
  const value: unknown = name === "segments" ? decodeSegments(body) : JSON.parse(body.toString("utf8"));
  if (typeof value !== "object" || value === null) throw new TypeError("a request's body must be an object");
  return { type: name, body: value } as AnyRequest;
}

export function encodeMessage(type: number, requestId: number, body: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(body));
  if (bytes.length > MAX_BODY_BYTES)
    throw new RangeError(`a head of ${bytes.length} bytes is above the limit of ${MAX_BODY_BYTES}`);
  return Buffer.concat([encodeHeader(bytes.length, requestId, type), bytes]);
}

function encodeSegments({ shuffleId, maps, reduces }: SegmentsBody): Buffer {
  const bytes = Buffer.allocUnsafe(8 + maps.length * 8);
  bytes.writeUInt32LE(shuffleId, 0);
  for (let i = 0; i < maps.length; i++) {
    bytes.writeInt32LE(maps[i]!, 4 + i * 8);
    bytes.writeInt32LE(reduces[i]!, 8 + i * 8);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, bytes.length - 4)), bytes.length - 4);
  return bytes;
}

function decodeSegments(bytes: Buffer): SegmentsBody {
  if (bytes.length < 8 || bytes.length % 8 !== 0) throw new TypeError("a list of segments has a whole number of entries");
  if (bytes.readUInt32LE(bytes.length - 4) !== crc32(bytes.subarray(0, bytes.length - 4)))
    throw new TypeError("a list of segments is damaged");
  const count = bytes.length / 8 - 1;
  const maps = new Int32Array(count);
  const reduces = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    maps[i] = bytes.readInt32LE(4 + i * 8);
    reduces[i] = bytes.readInt32LE(8 + i * 8);
  }
  return { shuffleId: bytes.readUInt32LE(0), maps, reduces };
}
