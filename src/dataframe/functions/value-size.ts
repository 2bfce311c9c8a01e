/** Values whose size an argument says: those for which a thread has no room are refused before they are made. */
import { constants } from "node:buffer";
import { getHeapStatistics } from "node:v8";
import type { Boxed } from "../../columnar/types";
import type { QueryContext } from "../errors";
import { QueryError } from "../errors";

/** The largest array of Spark's. */
const MOST_ELEMENTS = 2147483632;

/** Below it nobody looks. */
const SMALL_BYTES = 1 << 20;
/** The part of what is left that one value may take. */
const ROOM = 0.4;
/** V8 makes longer arrays sparse, unless they grow element by element. */
const MOST_AT_ONCE = 1 << 25;
/** An element of an array of JavaScript's; while it grows there are the old and the new one. */
const ELEMENT_BYTES = 8;
const GROWN_ELEMENT_BYTES = 20;

interface Place {
  /** The function, as users write it. */
  readonly name: string;
  readonly at: QueryContext | undefined;
}

/** An empty array for so many elements, which are then set in order. */
export function arrayFor(count: number | bigint, place: Place, parameter = "count"): Boxed[] {
  requireRoomForArray(count, place, parameter);
  return count <= MOST_AT_ONCE ? new Array<Boxed>(Number(count)) : [];
}

export function requireRoomForArray(count: number | bigint, { name, at }: Place, parameter = "count"): void {
  if (count > MOST_ELEMENTS) {
    throw new QueryError(
      "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER",
      {
        numberOfElements: String(count),
        maxRoundedArrayLength: String(MOST_ELEMENTS),
        functionName: `\`${name}\``,
        parameter: `\`${parameter}\``,
      },
      at,
    );
  }
  requireRoom(Number(count) * (count <= MOST_AT_ONCE ? ELEMENT_BYTES : GROWN_ELEMENT_BYTES), { name, at });
}

/** `length`: UTF-16 units. No string of V8's is longer than half a billion of them. */
export function requireRoomForText(length: number, { name, at }: Place): void {
  if (length > constants.MAX_STRING_LENGTH) throw noRoom(length, constants.MAX_STRING_LENGTH, name, at);
  requireRoom(length, { name, at });
}

/** Against what is left of the thread's heap, in which garbage counts as used: there are to be copies of what is made. */
export function requireRoom(bytes: number, { name, at }: Place): void {
  if (bytes < SMALL_BYTES) return;
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  const room = Math.max(SMALL_BYTES, (limit - used) * ROOM);
  if (bytes > room) throw noRoom(bytes, room, name, at);
}

function noRoom(bytes: number, room: number, name: string, at: QueryContext | undefined): QueryError {
  return new QueryError(
    "UNABLE_TO_ACQUIRE_MEMORY",
    { functionName: `\`${name}\``, requestedBytes: String(bytes), receivedBytes: String(Math.floor(room)) },
    at,
  );
}
