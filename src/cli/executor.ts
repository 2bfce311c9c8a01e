/** `firesteel executor`: the process that a cluster manager starts on a worker's host. */
export async function executor(args: readonly string[]): Promise<void> {
  const engine = require("./engine.js") as typeof import("../engine");
  await engine.executorMain(args);
}
