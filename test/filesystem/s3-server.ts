import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export interface S3Server {
  /** `host:port` */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Starts s3rver-process.cjs; access and secret key are "S3RVER". */
export async function startS3Server(directory: string, buckets: readonly string[]): Promise<S3Server> {
  const child = spawn(
    process.execPath,
    ["--openssl-legacy-provider", join(__dirname, "s3rver-process.cjs"), directory, ...buckets],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const exited = once(child, "exit");
  const [line] = (await Promise.race([
    once(child.stdout, "data"),
    exited.then(() => Promise.reject(new Error("the S3 server ended"))),
  ])) as [Buffer];
  return {
    endpoint: `127.0.0.1:${line.toString().trim()}`,
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}
