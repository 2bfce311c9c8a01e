/** The engine, beside the bundle of the command line. */
import { join } from "node:path";
import { requireCached } from "../common/cached-load";
import type * as Engine from "../engine";
import type * as EngineBundle from "../engine-bundle";

/** Executors that are started before it is called start meanwhile. */
export function loadEngine(): typeof Engine {
  return (requireCached(join(__dirname, "engine.js")) as typeof EngineBundle).programs();
}
