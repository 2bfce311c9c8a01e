/** 64-bit fields are plain numbers everywhere: sizes and counts stay below 2^53. Must run before the generated code. */
import protobuf from "protobufjs/minimal";

protobuf.util.Long = undefined as never;
protobuf.configure();
