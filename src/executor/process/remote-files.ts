/**
 * The main thread's end of files in remote storage: reads and uploads for task threads, which wait meanwhile. The file
 * systems are loaded with the first such file.
 */
import type { StorageService } from "../../filesystem/storage-service";
import type { RemoteUpload } from "../../storage/task-env";
import type { FileOps } from "../shared/messages";

export class RemoteFiles {
  #service: Promise<StorageService> | undefined;

  /** @param conf gives the settings of the storage's client */
  constructor(private readonly conf: (key: string) => string | undefined) {}

  async read({ path, offset, length, next }: FileOps["read"]): Promise<Uint8Array> {
    const bytes = await (await this.#open()).readRange(path, offset, length, next);
    // Structured clone takes the whole buffer that lies below a view.
    return bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
  }

  async upload({ localFile, path }: FileOps["upload"]): Promise<RemoteUpload> {
    return (await this.#open()).upload(localFile, path);
  }

  async abort(upload: FileOps["abort"]): Promise<void> {
    await (await this.#open()).abortUpload(upload);
  }

  #open(): Promise<StorageService> {
    this.#service ??= load(this.conf);
    return this.#service;
  }
}

async function load(conf: (key: string) => string | undefined): Promise<StorageService> {
  const [service, systems] = await Promise.all([
    import("../../filesystem/storage-service"),
    import("../../filesystem/file-systems"),
  ]);
  return new service.StorageService(new systems.FileSystems(conf));
}
