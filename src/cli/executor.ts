/** `firesteel executor`: the process that a cluster manager starts on a worker's host. Its entry reads the arguments. */
import { join } from "node:path";

export function executor(args: readonly string[]): void {
  process.argv = [process.argv[0]!, "executor", ...args];
  require(join(__dirname, "executor.js"));
}
