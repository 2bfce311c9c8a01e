/**
 * Lets this process import TypeScript: hooks transform each file on its own with esbuild, so that modules keep their
 * identity and stack traces their file and line.
 */
import * as module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

export function registerLoader(): void {
  module.register(pathToFileURL(join(__dirname, "loader.mjs")));
}
