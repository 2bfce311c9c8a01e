/** Compression of frames: which codec a task writes with, and the codecs. See docs/adr for the measurements behind the default. */
import { asBuffer, corrupt } from "../columnar/bytes";
import { UsageError } from "../common/errors";
import type { TaskEnv } from "../storage/task-env";

export type Compression = "none" | "snappy";

/** What this task's shuffle output is compressed with: `spark.shuffle.compress` and `spark.io.compression.codec`. */
export function shuffleCompression(env: TaskEnv): Compression {
  return env.conf("spark.shuffle.compress") === "true" ? codecOf(env) : "none";
}

/** What this task's spill files are compressed with: `spark.shuffle.spill.compress`. */
export function spillCompression(env: TaskEnv): Compression {
  return env.conf("spark.shuffle.spill.compress") === "true" ? codecOf(env) : "none";
}

function codecOf(env: TaskEnv): Compression {
  const name = env.conf("spark.io.compression.codec") ?? "snappy";
  if (name === "snappy" || name === "none") return name;
  throw new UsageError("UNSUPPORTED_CODEC", `spark.io.compression.codec is ${JSON.stringify(name)}; supported: snappy, none.`);
}

export function compress(codec: Exclude<Compression, "none">, bytes: Uint8Array): Uint8Array {
  switch (codec) {
    case "snappy":
      return snappy().compressSync(asBuffer(bytes), { copyOutputData: true });
  }
}

/** `length` is the length that must come out. */
export function decompress(codec: Exclude<Compression, "none">, bytes: Uint8Array, length: number): Uint8Array {
  let whole: Uint8Array;
  try {
    switch (codec) {
      case "snappy":
        // copyOutputData: half the time of handing over native memory.
        whole = snappy().uncompressSync(asBuffer(bytes), { copyOutputData: true, asBuffer: true }) as Buffer;
    }
  } catch (cause) {
    throw corrupt(`a frame cannot be decompressed (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (whole.length !== length) throw corrupt(`a frame of ${length} bytes decompresses to ${whole.length}`);
  return whole;
}

/** Loaded when first needed: a native module that many applications never use. */
function snappy(): typeof import("snappy") {
  return require("snappy") as typeof import("snappy");
}
