/** Loads the engine, whose bundle lies beside the command line's. */
import { join } from "node:path";
import { requireCached } from "../common/cached-load";
import type * as Engine from "../engine";
import type * as EngineBundle from "../engine-bundle";

/** Called when executors have been asked for: they start while the bundle is read. */
export function loadEngine(): typeof Engine {
  return (requireCached(join(__dirname, "engine.js")) as typeof EngineBundle).programs();
}
