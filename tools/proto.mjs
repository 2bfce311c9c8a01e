/**
 * Generates src/wire/generated/messages.{js,d.ts} from proto/: static encode and decode functions for protobufjs. Runs
 * only when a .proto file is newer than what is there. `node tools/proto.mjs`, or `generate()` from the build.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "src/wire/generated/messages.js");

function newest(paths) {
  return Math.max(...paths.map((path) => statSync(path).mtimeMs));
}

export function generate() {
  const sources = readdirSync(join(root, "proto"))
    .filter((name) => name.endsWith(".proto"))
    .map((name) => join(root, "proto", name));
  const made = statSync(out, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (made > newest([...sources, fileURLToPath(import.meta.url)])) return;
  mkdirSync(dirname(out), { recursive: true });
  const pbjs = createRequire(import.meta.url).resolve("protobufjs-cli/bin/pbjs");
  execFileSync(process.execPath, [
    pbjs,
    "-t",
    "static-module",
    "-w",
    "commonjs",
    "-p",
    join(root, "proto"),
    "-r",
    "firesteel",
    "--force-number",
    "--no-verify",
    "--no-convert",
    "--no-delimited",
    "--no-typeurl",
    "--no-service",
    "--no-create",
    "-d",
    "-o",
    out,
    ...sources,
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generate();
