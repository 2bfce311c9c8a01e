/** Entry of an executor process: `executorMain(process.argv.slice(2), parts)`. */
import { FiresteelError } from "../common/errors";
import { leave } from "../common/leave";
import { EXIT_FAILED } from "./exit-codes";
import type { ExecutorParts } from "./process/executor-process";
import { ExecutorProcess } from "./process/executor-process";
import { parseExecutorOptions } from "./process/options";

/**
 * Runs an executor until its driver ends it. Options: --driver-url, --executor-id, --app-id, --cores, --memory, --hostname,
 * --block-listen, --driver-blocks, --owner-pid or --worker-pid, --local-dir, --log-url, --tls-cert, --tls-key, --tls-ca; the secret comes in FIRESTEEL_SECRET or FIRESTEEL_SECRET_FILE. What is
 * wrong is said in one line on standard error, and the process exits with code 1.
 */
export async function executorMain(args: readonly string[], parts: ExecutorParts): Promise<void> {
  let executor: ExecutorProcess | undefined;
  try {
    executor = new ExecutorProcess(parseExecutorOptions(args, process.env), parts);
    await executor.run();
  } catch (error) {
    await executor?.abandon();
    process.stderr.write(
      `firesteel executor: ${error instanceof FiresteelError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    );
    leave(EXIT_FAILED);
  }
}
