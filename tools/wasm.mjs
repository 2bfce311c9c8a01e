/**
 * Compiles the AssemblyScript kernels (*.assembly.ts) into modules that hold the WebAssembly as text, so that bundles need
 * no files beside them. Run it by hand after a change there: `node tools/wasm.mjs`. What it writes is checked in.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = {
  "src/dataframe/functions/kernels/kernels": [],
  "src/dataframe/sources/wasm/kernels": [],
  "src/mllib/kernels/gradient": [],
  "src/mllib/kernels/rows": [],
  "src/mllib/kernels/topics": [],
  "src/mllib/kernels/walk": [],
  "src/mllib/kernels/words": [],
  // Threads work on one memory together.
  "src/mllib/kernels/trees/kernels": ["--enable", "threads", "--sharedMemory"],
};

for (const [module, options] of Object.entries(modules)) {
  const scratch = mkdtempSync(join(tmpdir(), "wasm-"));
  try {
    const { error, stderr } = await asc.main([
      relative(process.cwd(), join(root, `${module}.assembly.ts`)),
      "--outFile",
      relative(process.cwd(), join(scratch, "kernels.wasm")),
      ...["--runtime", "stub", "--noAssert", "-O3", "--enable", "simd", "--enable", "bulk-memory"],
      // The memory comes from outside: it may be shared between kernels, and its size is the caller's business.
      ...["--importMemory", "--initialMemory", "16", "--maximumMemory", "65536"],
      ...options,
    ]);
    if (error) throw new Error(`${error.message}\n${stderr.toString()}`);
    const bytes = readFileSync(join(scratch, "kernels.wasm"));
    const lines = bytes.toString("base64").match(/.{1,120}/g);
    writeFileSync(
      join(root, `${module}.ts`),
      `/* prettier-ignore */\n/** Made by tools/wasm.mjs from ${module.split("/").at(-1)}.assembly.ts: WebAssembly as base64. */\n` +
        `export const kernelBytes: string =\n${lines.map((line) => `  "${line}"`).join(" +\n")};\n`,
    );
    console.log(`${module}.ts: ${bytes.length} bytes of WebAssembly`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
