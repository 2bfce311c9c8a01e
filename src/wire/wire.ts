/** The gRPC and protobuf libraries, loaded when the first connection is made: they take 35 ms that a start-up can overlap. */
import type { ChannelOptions } from "@grpc/grpc-js";
import type * as Bundle from "./grpc-bundle";

export type { firesteel as Messages } from "./generated/messages";

let loaded: typeof Bundle | undefined;

/** The build makes "firesteel-grpc" a file beside the engine; tests map it to grpc-bundle.ts. */
export function wire(): typeof Bundle {
  loaded ??= require("firesteel-grpc") as typeof Bundle;
  return loaded;
}

/** Path of the one method that there is: the stream of a session. */
export const SESSION_PATH = "/firesteel.Driver/Session";

/** Messages pass gRPC as bytes; encoding is done where the message is made. */
export const passBytes = (bytes: Buffer): Buffer => bytes;

/** Results may be as large as a Buffer can be. Pings find dead TCP connections; on unix sockets the kernel tells. */
export const CHANNEL_OPTIONS: ChannelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc-node.flow_control_window": 8 * 2 ** 20,
  "grpc.enable_http_proxy": 0,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_retries": 0,
};
