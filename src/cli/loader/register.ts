/**
 * Lets this process import and require TypeScript: each file is transformed on its own with esbuild, so that modules keep
 * their identity and stack traces their file and line.
 */
import * as module from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { registerRequire } from "./require";

export function registerLoader(): void {
  registerRequire();
  module.register(pathToFileURL(join(__dirname, "loader.mjs")));
}
