/** What dist/index.js and dist/mllib.js load the engine with: with the code that V8 compiled for it the last time (120 of 190 ms less). */
import { Module } from "node:module";
import { join } from "node:path";
import { requireCached } from "./common/cached-load";
import type * as Engine from "./engine";
import type * as EngineBundle from "./engine-bundle";

/** `asked`: the `module` of the file that loads it. Test runners with modules of their own, as Jest, load it their way. */
export function loadEngine(asked: unknown): typeof Engine {
  const loaded: unknown = asked instanceof Module ? requireCached(join(__dirname, "engine.js")) : require("./engine.js");
  return (loaded as typeof EngineBundle).programs();
}
