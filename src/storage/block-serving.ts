/** What an executor answers to other processes: cached blocks, map output segments, broadcast pieces, copies to keep. */
import type { Extent } from "./arena";
import type { BlockService } from "./block-service";
import type { BlockStore } from "./block-store";
import { pieceId } from "./broadcast-cache";
import type { Evacuation } from "./evacuation";
import { closeLocal, openLocal } from "./local-data";
import type { MapOutputFiles } from "./map-output-files";
import type { Answer, BodyPart, Serve } from "./transfer/block-server";
import { ServeError } from "./transfer/block-server";
import type { BlockMeta, SegmentPart, SegmentsBody } from "./transfer/frames";

export interface ServingOptions {
  readonly store: BlockStore;
  readonly blocks: BlockService;
  readonly files: MapOutputFiles;
  readonly evacuation: Evacuation;
  readonly bytes: (extent: Extent) => Uint8Array;
}

const NOTHING: Answer = { meta: { total: 0 }, parts: [] };

export function executorServing(options: ServingOptions): Serve {
  const { store, blocks, files, evacuation } = options;
  return (request) => {
    switch (request.type) {
      case "block":
        return serveBlock(options, request.body.id);
      case "piece":
        return serveBlock(options, pieceId(request.body.id, request.body.piece));
      case "segments":
        return serveSegments(files, request.body);
      case "segmentPart":
        return serveSegmentPart(files, request.body);
      case "replicate":
        evacuation.checkStaying();
        return blocks.keepReplica(request.body.id, request.body.level, request.body.from).then(() => NOTHING);
      case "mapOutput":
        return serveMapOutput(files, request.body);
      case "takeMapOutput":
        return evacuation.take(request.body).then(() => NOTHING);
      case "suspect":
        return store.verify(request.body.id).then(() => NOTHING);
      default:
        throw new ServeError({ message: `An executor does not serve requests of type ${request.type}.` });
    }
  };
}

function serveBlock({ store, bytes }: ServingOptions, id: string): Answer {
  const pinned = store.open(id);
  if (pinned === null) throw new ServeError({ message: `Block ${id} is not here.` });
  const { frames, rows } = pinned;
  if (frames.kind === "memory") {
    const lengths = frames.extents.map(({ length }) => length);
    const meta: BlockMeta = { total: sum(lengths), rows, lengths };
    return { meta, parts: frames.extents.map((extent) => ({ bytes: bytes(extent) })), release: () => pinned.unpin() };
  }
  let fd: number;
  try {
    fd = openLocal(frames.path, "r");
  } catch (error) {
    pinned.unpin();
    store.corrupt(id, frames.path, (error as Error).message);
    throw new ServeError({ message: `Block ${id} is not here any more.` });
  }
  const lengths = [...frames.checksums.keys()].map((i) => frames.offsets[i + 1]! - frames.offsets[i]!);
  const meta: BlockMeta = { total: sum(lengths), rows, lengths, checksums: [...frames.checksums] };
  return {
    meta,
    parts: lengths.map((length, i) => ({ fd, position: frames.offsets[i]!, length })),
    release: () => {
      closeLocal(fd);
      pinned.unpin();
    },
  };
}

function serveMapOutput(files: MapOutputFiles, { shuffleId, map }: { readonly shuffleId: number; readonly map: number }): Answer {
  const file = files.open(shuffleId, map);
  if (file === null) throw new ServeError({ message: `The output of map task ${map} of shuffle ${shuffleId} is not here.` });
  const { fd, length } = file;
  return { meta: { total: length }, parts: [{ fd, position: 0, length }], release: () => closeLocal(fd) };
}

function serveSegments(files: MapOutputFiles, { shuffleId, maps, reduces }: SegmentsBody): Answer {
  const release = files.hold();
  const parts: BodyPart[] = [];
  let total = 0;
  for (let i = 0; i < maps.length; i++) {
    const map = maps[i]!;
    const reduce = reduces[i]!;
    const segment = files.segment(shuffleId, map, reduce);
    if (segment === null) {
      release();
      throw new ServeError({ message: `Block shuffle_${shuffleId}_${map}_${reduce} is not here.`, map, reduce });
    }
    total += segment.length;
    parts.push(segment);
  }
  return { meta: { total }, parts, release };
}

function serveSegmentPart(files: MapOutputFiles, { shuffleId, map, reduce, from, length }: SegmentPart): Answer {
  const release = files.hold();
  const segment = files.segment(shuffleId, map, reduce);
  if (segment === null || !(from >= 0 && length >= 0 && from + length <= segment.length)) {
    release();
    throw new ServeError({ message: `Block shuffle_${shuffleId}_${map}_${reduce} is not here.`, map, reduce });
  }
  return { meta: { total: length }, parts: [{ fd: segment.fd, position: segment.position + from, length }], release };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
