/** Writers of formats of text: what they share, from the save request to the files. */
import type { StructType } from "../../../columnar/types";
import type { Codec } from "../../../filesystem/codecs";
import { codecExtension } from "../../../filesystem/codecs";
import type { ByteSink } from "../../../filesystem/part-writers";
import type { SqlSettings } from "../../settings";
import type { SourceOptions, SourceWriter } from "../data-source";
import { filesSpec, isDynamicOverwrite } from "./save";
import { beginFileJob, type FileJobSpec } from "./write-job";
import { FilesSink, type FilesSpec, type FileWriter } from "./write-task";

export interface RowFileFormat {
  /** For errors. */
  readonly name: string;
  /** Whether two columns may have one name. */
  readonly mayRepeat?: true;
  /** Throws for schemas that the format has no form for. */
  check(schema: StructType, partitionBy: readonly number[], options: SourceOptions, settings: SqlSettings): void;
  readonly extension: string;
  codec(options: SourceOptions): Codec | null;
  open(schema: StructType, options: SourceOptions, settings: SqlSettings, sink: ByteSink): FileWriter;
}

interface RowFilesSpec {
  readonly files: FilesSpec;
  readonly options: SourceOptions;
  readonly codec: Codec | null;
}

export function rowFileWriter(format: RowFileFormat): SourceWriter {
  return {
    begin(request, driver) {
      const { path, jobId, mode, options, partitions } = request;
      const files = filesSpec(request, format.name, format.mayRepeat);
      format.check(files.schema, files.partitionBy, options, files.settings);
      const spec: RowFilesSpec = { files, options, codec: format.codec(options) };
      const dynamicPartitions = isDynamicOverwrite(request);
      return beginFileJob({ path, jobId, mode, dynamicPartitions, ...(partitions && { partitions }), format: spec }, driver);
    },
    open(spec, task) {
      const job = spec as FileJobSpec<RowFilesSpec>;
      const { files, options, codec } = job.format;
      const extension = `${format.extension}${codecExtension(codec)}`;
      const open = (schema: StructType, sink: ByteSink): FileWriter => format.open(schema, options, files.settings, sink);
      return new FilesSink(job, files, { extension, codec, open }, task);
    },
  };
}
