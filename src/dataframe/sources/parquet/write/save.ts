/** Saving tables as Parquet. */
import { AnalysisError } from "../../../errors";
import type { StructType } from "../../../../columnar/types";
import type { SourceOptions, SourceWriter } from "../../data-source";
import { filesSpec, isDynamicOverwrite } from "../../files/save";
import { beginFileJob, type FileJobSpec } from "../../files/write-job";
import { FilesSink, type FilesSpec } from "../../files/write-task";
import { booleanOption, invalidOption, option } from "../../options";
import { Codec } from "../metadata";
import { ParquetFileWriter, type ParquetWriteOptions } from "./file-writer";
import { writeSchema } from "./schema";

/** Names of Spark, and those of the format. */
const CODECS: Readonly<Record<string, readonly [codec: Codec, extension: string]>> = {
  none: [Codec.None, ""],
  uncompressed: [Codec.None, ""],
  snappy: [Codec.Snappy, ".snappy"],
  gzip: [Codec.Gzip, ".gz"],
  zstd: [Codec.Zstd, ".zstd"],
  brotli: [Codec.Brotli, ".br"],
  // The format's older "LZ4" is not read everywhere; the raw blocks are.
  lz4: [Codec.Lz4Raw, ".lz4raw"],
  lz4raw: [Codec.Lz4Raw, ".lz4raw"],
  lz4_raw: [Codec.Lz4Raw, ".lz4raw"],
};

interface ParquetSpec {
  readonly files: FilesSpec;
  readonly write: ParquetWriteOptions;
  readonly extension: string;
}

const BLOOM_OPTION = "parquet.bloom.filter.enabled";

/** For all columns, or by name: `parquet.bloom.filter.enabled#a.b`. */
function bloomFilters(options: SourceOptions, schema: StructType): string[] {
  const all = booleanOption(options, BLOOM_OPTION, false) ? schema.fields.map((field) => field.name) : [];
  const prefix = `${BLOOM_OPTION}#`;
  const named = Object.keys(options)
    .filter((key) => key.toLowerCase().startsWith(prefix))
    .map((key) => key.slice(prefix.length));
  const chosen = named.filter((name) => booleanOption(options, prefix + name, false));
  return [...all.filter((name) => !named.includes(name)), ...chosen];
}

export const parquetWriter: SourceWriter = {
  async begin(request, driver) {
    const { options, settings } = request;
    const conf = settings.conf;
    const name =
      option(options, "compression") ??
      option(options, "parquet.compression") ??
      conf["spark.sql.parquet.compression.codec"] ??
      "snappy";
    const codec = CODECS[name.toLowerCase()];
    if (codec === undefined)
      throw new AnalysisError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", {
        codecName: name,
        availableCodecs: Object.keys(CODECS).join(", "),
      });
    const timestamps = (conf["spark.sql.parquet.outputTimestampType"] ?? "TIMESTAMP_MICROS").toUpperCase();
    if (timestamps !== "INT96" && timestamps !== "TIMESTAMP_MICROS" && timestamps !== "TIMESTAMP_MILLIS")
      throw invalidOption("spark.sql.parquet.outputTimestampType", timestamps, "INT96, TIMESTAMP_MICROS or TIMESTAMP_MILLIS");
    const files = filesSpec(request, "Parquet");
    // Types that cannot be stored are found before anything is written.
    writeSchema(files.schema, timestamps);
    const format: ParquetSpec = {
      files,
      extension: `${codec[1]}.parquet`,
      write: {
        codec: codec[0],
        timestamps: timestamps,
        dictionary: booleanOption(options, "parquet.enable.dictionary", true),
        rowGroupBytes: Number(option(options, "parquet.block.size") ?? 128 * 2 ** 20),
        pageBytes: Number(option(options, "parquet.page.size") ?? 2 ** 20),
        bloomFilters: bloomFilters(options, files.schema),
      },
    };
    const { path, jobId, mode, partitions } = request;
    const dynamicPartitions = isDynamicOverwrite(request);
    return beginFileJob({ path, jobId, mode, dynamicPartitions, ...(partitions && { partitions }), format }, driver);
  },

  open(spec, task) {
    const job = spec as FileJobSpec<ParquetSpec>;
    const { files, write, extension } = job.format;
    return new FilesSink(job, files, { extension, open: (schema, sink) => new ParquetFileWriter(schema, write, sink) }, task);
  },
};
