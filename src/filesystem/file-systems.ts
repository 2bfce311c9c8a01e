/** The file systems of one process, by scheme of the path; made when first needed. */
import type { FileSystem } from "./file-system";
import { LocalFileSystem } from "./local-file-system";
import { isLocalPath } from "./path";
import { S3FileSystem } from "./s3-file-system";

/** A setting's value, undefined when not set. */
export type ConfLookup = (key: string) => string | undefined;

export class FileSystems {
  readonly #conf: ConfLookup;
  readonly #local = new LocalFileSystem();
  #s3: S3FileSystem | undefined;

  /** `conf` gives the `spark.hadoop.fs.s3a.*` settings. */
  constructor(conf: ConfLookup) {
    this.#conf = conf;
  }

  /** The file system of a qualified path. */
  of(path: string): FileSystem {
    return isLocalPath(path) ? this.#local : (this.#s3 ??= new S3FileSystem(this.#conf));
  }

  close(): void {
    this.#s3?.close();
    this.#s3 = undefined;
  }
}
