/** The other side of the tests: a process or a worker thread that revives functions and calls them. */
import { parentPort } from "node:worker_threads";
import { Reviver } from "../../../src/closure/reviver";
import type { PeerRequest, PeerResponse } from "./peer-client";

const reviver = new Reviver({
  resolveRef: (ref, id) => ({ ref, id }),
  engineModule: { engineMark: "the engine of the worker" },
});

async function answer({ frozen, modules, args }: PeerRequest): Promise<PeerResponse> {
  try {
    reviver.addModules(modules);
    const fn = reviver.revive(frozen) as (...args: readonly unknown[]) => unknown;
    return { ok: true, value: await fn(...args) };
  } catch (error) {
    const { message, stack } = error as Error;
    return { ok: false, message, stack: stack ?? "" };
  }
}

if (parentPort) {
  const port = parentPort;
  port.on("message", (request: PeerRequest) => void answer(request).then((response) => port.postMessage(response)));
} else {
  process.on("message", (request: PeerRequest) => void answer(request).then((response) => process.send?.(response)));
}
