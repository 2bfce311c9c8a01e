/** Good files, to be spoilt: written by the engine in every format, encoding and codec, and those of a folder of Parquet files. */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { tableFromIPC, tableToIPC } from "apache-arrow";

/** Larger files are left out: most of what is spoilt in them is a value. */
const LARGEST = 300_000;

const COLUMNS = `
  id, cast(id % 7 AS int) AS few, if(id % 5 = 0, NULL, id * 1000003) AS some, id / 3 AS ratio, cast(id * 1.25 AS decimal(12,2)) AS price,
  cast(id AS decimal(30,5)) AS wide, concat('text ', id % 13) AS text, cast(concat('b', id) AS binary) AS bytes, id % 2 = 0 AS even,
  date_add(DATE'2024-01-01', cast(id AS int)) AS day, timestamp_seconds(id * 100) AS moment`;
const NESTED = `array(id, id + 1, NULL) AS list, map(concat('k', id % 3), id) AS entries, named_struct('a', id, 'b', array(named_struct('c', concat('x', id)))) AS nested`;

const TEXT_SCHEMA =
  "id BIGINT, few INT, some BIGINT, ratio DOUBLE, price DECIMAL(12,2), wide DECIMAL(30,5), text STRING, even BOOLEAN, day DATE, moment TIMESTAMP";

/** @returns {Promise<{format: string, name: string, bytes: Buffer, isText: boolean, options?: object, schema?: string}[]>} */
export async function corpus(spark, folder, parquetFolder) {
  mkdirSync(folder, { recursive: true });
  const files = [];
  const keep = async (frame, format, name, options = {}, read = {}) => {
    const path = join(folder, name);
    let writer = frame.coalesce(1).write.format(format).mode("overwrite");
    for (const [key, value] of Object.entries(options)) writer = writer.option(key, value);
    await writer.save(path);
    const part = readdirSync(path).find((file) => file.startsWith("part-"));
    files.push({
      format,
      name: part.replace(/^part-[^.]*/, name),
      bytes: readFileSync(join(path, part)),
      own: true,
      isText: ["csv", "json", "text"].includes(format) && options.compression === undefined,
      ...read,
    });
  };
  const flat = spark.range(200).selectExpr(...split(COLUMNS));
  const nested = spark.range(60).selectExpr("id", ...split(NESTED));
  for (const compression of ["none", "snappy", "gzip", "zstd", "lz4_raw"])
    await keep(flat, "parquet", `flat-${compression}`, { compression });
  await keep(nested, "parquet", "nested");
  await keep(flat, "parquet", "bloom", { "parquet.bloom.filter.enabled": "true", "parquet.block.size": "4096" });
  const text = flat.drop("bytes");
  await keep(text, "csv", "header", { header: true }, { options: { header: "true", inferSchema: "true" } });
  await keep(text, "csv", "lines", {}, { schema: TEXT_SCHEMA });
  await keep(text, "csv", "multi", { header: true }, { options: { header: "true", multiLine: "true", inferSchema: "true" } });
  await keep(text, "csv", "gz", { header: true, compression: "gzip" }, { options: { header: "true" } });
  await keep(text, "json", "flat");
  await keep(nested, "json", "nested-lines");
  await keep(nested, "json", "nested-multi", {}, { options: { multiLine: "true" } });
  await keep(
    nested,
    "json",
    "typed",
    {},
    {
      schema: "id BIGINT, list ARRAY<BIGINT>, entries MAP<STRING, BIGINT>, nested STRUCT<a: BIGINT, b: ARRAY<STRUCT<c: STRING>>>",
    },
  );
  await keep(nested, "json", "zipped", { compression: "gzip" });
  await keep(flat.select("text"), "text", "plain");
  await keep(flat, "arrow", "flat");
  await keep(nested, "arrow", "nested");
  // What a seed spoils depends on how many files there are.
  files.push(...files.filter(({ format }) => format === "arrow").map(asStream));
  if (parquetFolder !== undefined)
    for (const path of readdirSync(parquetFolder, { recursive: true }).filter((file) => file.endsWith(".parquet"))) {
      if (statSync(join(parquetFolder, path)).size > LARGEST) continue;
      files.push({ format: "parquet", name: basename(path), bytes: readFileSync(join(parquetFolder, path)), isText: false });
    }
  return files;
}

function asStream(file) {
  const bytes = Buffer.from(tableToIPC(tableFromIPC(file.bytes), "stream"));
  return { ...file, name: file.name.replace(".arrow", "-stream.arrow"), bytes };
}

function split(columns) {
  const parts = [];
  let depth = 0;
  let part = "";
  for (const c of columns) {
    if (c === "(") depth++;
    if (c === ")") depth--;
    if (c === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += c;
  }
  return [...parts, part.trim()];
}
