/** Block addresses and block updates between the storage layer's plain objects and their wire form. */
import type { BlockAddress, Endpoint } from "../storage/block-address";
import type { BlockUpdate } from "../storage/ports";
import { formatAddress, parseAddress } from "./address";
import type { Messages } from "./wire";

export function endpointText(endpoint: Endpoint): string {
  return formatAddress("path" in endpoint ? { kind: "unix", path: endpoint.path } : { kind: "tcp", ...endpoint });
}

export function endpointOf(text: string): Endpoint {
  const address = parseAddress(text);
  return address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port };
}

export function encodeBlockAddress(address: BlockAddress): Messages.BlockAddress.$Properties {
  return {
    executorId: address.executorId,
    host: address.host,
    endpoint: endpointText(address.endpoint),
    fileSystem: address.fileSystem,
    directories: [...address.directories],
  };
}

export function decodeBlockAddress(message: Messages.BlockAddress.$Properties): BlockAddress {
  return {
    executorId: message.executorId ?? "",
    host: message.host ?? "",
    endpoint: endpointOf(message.endpoint ?? ""),
    fileSystem: message.fileSystem ?? "",
    directories: message.directories ?? [],
  };
}

export function encodeBlockUpdate(update: BlockUpdate): Messages.BlockUpdate.$Properties {
  const { id, level, rows, memoryBytes, diskBytes, lost } = update;
  return { blockId: id, level, rows, memoryBytes, diskBytes, ...(lost === undefined ? {} : { lost }) };
}

export function decodeBlockUpdate(message: Messages.BlockUpdate.$Properties, executorId: string): BlockUpdate {
  const level = message.level;
  return {
    id: message.blockId ?? "",
    executorId,
    level: {
      useDisk: level?.useDisk ?? false,
      useMemory: level?.useMemory ?? false,
      useOffHeap: level?.useOffHeap ?? false,
      deserialized: level?.deserialized ?? false,
      replication: level?.replication ?? 1,
    },
    rows: message.rows ?? 0,
    memoryBytes: message.memoryBytes ?? 0,
    diskBytes: message.diskBytes ?? 0,
    ...(message.lost ? { lost: message.lost } : {}),
  };
}
