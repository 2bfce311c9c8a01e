/** A gRPC server for connections from anywhere. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { ChannelOptions, Server } from "@grpc/grpc-js";
import { InternalError } from "../common/errors";
import { CHANNEL_OPTIONS, wire } from "./wire";

/** Peers have one stream each. */
const MAX_STREAMS = 16;

type StreamHandler = (interceptors: unknown, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/**
 * gRPC answers a call that it does not know, or that is none, from within an event of the stream, and throws there when the caller has reset
 * the stream by then or named the method in letters that no header may have: such a caller would end the process.
 */
export function grpcServer(options: ChannelOptions = {}): Server {
  const { Server: GrpcServer } = wire();
  const server = new GrpcServer({
    ...CHANNEL_OPTIONS,
    "grpc.max_concurrent_streams": MAX_STREAMS,
    "grpc.enable_channelz": 0,
    ...options,
  });
  const handlers = server as unknown as Record<string, StreamHandler | undefined>;
  const handle = handlers["_streamHandler"];
  if (handle === undefined) throw new InternalError("grpc-js has no _streamHandler in this version.");
  handlers["_streamHandler"] = (interceptors, stream, headers) => {
    try {
      handle.call(server, interceptors, stream, headers);
    } catch {
      stream.destroy();
    }
  };
  return server;
}
