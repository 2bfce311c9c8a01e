/**
 * Parquet decoding in one thread, without the engine around it: nanoseconds a value for each column of a file, the whole table, and
 * writing it again.
 *
 *     node bench/parquet.mjs lineitem.parquet [--write /tmp/out.parquet] [--repeat 5]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals } = parseArgs({
  options: { write: { type: "string" }, repeat: { type: "string", default: "5" } },
  allowPositionals: true,
});
const [path] = positionals;
if (path === undefined) {
  console.error("usage: node bench/parquet.mjs <file> [--write <file>] [--repeat <n>]");
  process.exit(2);
}

const entry = `
export { openRandomAccess } from "./src/dataframe/sources/random-access";
export { readFooter } from "./src/dataframe/sources/parquet/file";
export { columnPlan } from "./src/dataframe/sources/parquet/column-plan";
export { RowGroupSource } from "./src/dataframe/sources/parquet/scan";
export { sqlSchema } from "./src/dataframe/sources/parquet/schema";
export { ParquetFileWriter } from "./src/dataframe/sources/parquet/write/file-writer";
export { openSink } from "./src/filesystem/part-writers";
`;
// Within the checkout, so that packages are found.
const scratch = mkdtempSync(join(root, "node_modules", ".bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const bundle = join(scratch, "parquet.cjs");
await build({
  stdin: { contents: entry, resolveDir: root, loader: "ts" },
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20.19",
  outfile: bundle,
  packages: "external",
  logLevel: "error",
});
const parquet = createRequire(import.meta.url)(bundle);

const file = parquet.openRandomAccess(`file:${resolve(path)}`, statSync(path).size, () => {
  throw new Error("The file is local.");
});
const footer = parquet.readFooter(file, 0);
const schema = parquet.sqlSchema(footer.root, { binaryAsString: false, inferTimestampNtz: true });
const planOf = (field) =>
  parquet.columnPlan(footer.root, [field.name], field.type, {
    caseSensitive: true,
    mismatch: (column) => new Error(`Column ${column} cannot be read.`),
  });

function* batches(fields) {
  const columns = fields.map(planOf);
  for (let group = 0; group < footer.metadata.rowGroups.length; group++) {
    const source = new parquet.RowGroupSource(
      { file, footer, group, columns, ranges: null, filter: null, transient: true },
      16384,
    );
    for (let batch = source.next(); batch !== null; batch = source.next()) yield batch;
  }
}

function best(work) {
  let least = Infinity;
  for (let i = 0; i < Number(values.repeat); i++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

const { rows } = footer.metadata;
const scan = (fields) =>
  best(() => {
    for (const batch of batches(fields)) if (batch.length === 0) throw new Error("An empty batch.");
  });
for (const field of schema.fields) {
  const ms = scan([field]);
  console.log(`${field.name.padEnd(24)} ${ms.toFixed(1).padStart(8)} ms ${((ms * 1e6) / rows).toFixed(2).padStart(8)} ns/value`);
}
const whole = scan(schema.fields);
console.log(`${"all columns".padEnd(24)} ${whole.toFixed(1).padStart(8)} ms   ${rows} rows`);

if (values.write !== undefined) {
  const held = [...batches(schema.fields)];
  const ms = best(() => {
    rmSync(values.write, { force: true });
    const sink = parquet.openSink(values.write, null, values.write);
    const options = {
      codec: 1,
      timestamps: "TIMESTAMP_MICROS",
      dictionary: true,
      rowGroupBytes: 128 * 2 ** 20,
      pageBytes: 2 ** 20,
    };
    const writer = new parquet.ParquetFileWriter(schema, { ...options, bloomFilters: [] }, sink);
    for (const batch of held) writer.write(batch);
    writer.finish();
    sink.finish();
  });
  console.log(`${"written (snappy)".padEnd(24)} ${ms.toFixed(1).padStart(8)} ms   ${statSync(values.write).size} bytes`);
}
