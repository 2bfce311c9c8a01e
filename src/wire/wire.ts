/** The gRPC and protobuf libraries, loaded when the first connection is made: they take 35 ms that a start-up can overlap. */
import { join } from "node:path";
import type { ChannelOptions } from "@grpc/grpc-js";
import { requireCached } from "../common/cached-load";
import type * as Bundle from "./grpc-bundle";

export type { firesteel as Messages } from "./generated/messages";

let loaded: typeof Bundle | undefined;

/** Defined in the built package, where the libraries are a file beside the engine; tests map "firesteel-grpc" to its source. */
declare const FIRESTEEL_VERSION: string | undefined;

export function wire(): typeof Bundle {
  loaded ??= (
    typeof FIRESTEEL_VERSION === "string" ? requireCached(join(__dirname, "grpc.js")) : require("firesteel-grpc")
  ) as typeof Bundle;
  return loaded;
}

/** Path of the one method that there is: the stream of a session. */
export const SESSION_PATH = "/firesteel.Driver/Session";

/** Messages pass gRPC as bytes; encoding is done where the message is made. */
export const passBytes = (bytes: Buffer): Buffer => bytes;

/** Messages of peers that were admitted. */
const MAX_MESSAGE = 2 ** 31 - 1;

/** Pings find dead TCP connections; on unix sockets the kernel tells. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": MAX_MESSAGE,
  "grpc.max_send_message_length": -1,
  "grpc-node.flow_control_window": 8 * 2 ** 20,
  "grpc.enable_http_proxy": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_retries": 0,
};
