/**
 * Everything of gRPC and protobuf that the engine uses, as the build puts it into one file of its own. Loaded through
 * `wire()` only, and only by main threads that talk to another process.
 */
import "./no-long";

export { Client, credentials, Metadata, Server, ServerCredentials, status } from "@grpc/grpc-js";
export { firesteel as messages } from "./generated/messages";
