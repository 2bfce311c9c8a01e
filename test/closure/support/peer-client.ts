/** Starts the other side and calls frozen functions there, one after the other. */
import { type ChildProcess, fork } from "node:child_process";
import { Worker } from "node:worker_threads";
import type { Frozen } from "../../../src/closure/frozen";
import type { ModuleFile } from "../../../src/closure/module-target";

export interface PeerRequest {
  readonly frozen: Frozen;
  readonly modules: readonly ModuleFile[];
  readonly args: readonly unknown[];
}

export type PeerResponse =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string; readonly stack: string };

export class Peer {
  private constructor(
    private readonly other: ChildProcess | Worker,
    private readonly modulesOf: (frozen: readonly Frozen[]) => ModuleFile[],
  ) {}

  /** @param script the bundled peer.ts */
  static process(script: string, modulesOf: Peer["modulesOf"]): Peer {
    return new Peer(fork(script, { serialization: "advanced", execArgv: [] }), modulesOf);
  }

  static thread(script: string, modulesOf: Peer["modulesOf"]): Peer {
    return new Peer(new Worker(script), modulesOf);
  }

  /** The result of the function in the other process, or what it threw there. */
  async call(frozen: Frozen, args: readonly unknown[] = []): Promise<unknown> {
    const request: PeerRequest = { frozen, modules: this.modulesOf([frozen]), args };
    const response = await new Promise<PeerResponse>((resolve, reject) => {
      const done = (message: PeerResponse): void => {
        this.other.off("error", reject);
        resolve(message);
      };
      this.other.once("message", done);
      this.other.once("error", reject);
      if (this.other instanceof Worker) this.other.postMessage(request);
      else this.other.send(request);
    });
    if (response.ok) return response.value;
    throw Object.assign(new Error(response.message), { stack: response.stack });
  }

  async close(): Promise<void> {
    if (this.other instanceof Worker) {
      await this.other.terminate();
      return;
    }
    const { other } = this;
    await new Promise((resolve) => {
      other.once("exit", resolve);
      other.kill();
    });
  }
}
