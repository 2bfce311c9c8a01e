/** Captured values that travel outside of task binaries. */
import { modulesOf } from "../../closure/freeze";
import type { CaptureReviver } from "../exec/task-run";
import type { ContextPort } from "../context-port";
import type { PackedCapture } from "../stage-spec";

export function packCapture(port: ContextPort, value: unknown, call: string): PackedCapture {
  const frozen = port.freeze(value, call);
  return { frozen, modules: modulesOf([frozen]) };
}

export function unpackCapture({ frozen, modules }: PackedCapture, reviver: CaptureReviver): unknown {
  reviver.addModules(modules);
  return reviver.revive(frozen);
}
