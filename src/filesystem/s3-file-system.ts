/**
 * S3 and its likes. Keys are a flat list; a "directory" is a prefix that ends in "/" below which there is an object.
 * Empty objects whose key ends in "/" stand for directories in other tools: they are never listed as files. Output is
 * made visible by completing uploads (`uploads`), never by renaming.
 */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Writable } from "node:stream";
import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { mapConcurrently } from "./concurrently";
import { byPath, errorText, pathNotFound, readFailed, writeFailed } from "./file-system";
import type { FileStatus, FileSystem, PendingUpload, PendingUploads } from "./file-system";
import type { ConfLookup } from "./file-systems";
import { joinPath, splitS3Path } from "./path";
import { loadS3 } from "./s3-client";
import type { S3 } from "./s3-client";

/** S3 takes at most 10,000 parts an upload, of 5 MiB or more each but for the last. */
const PART_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 10_000;
const CONCURRENT_CALLS = 16;
/** What one DeleteObjects call may name. */
const DELETE_BATCH = 1000;

export class S3FileSystem implements FileSystem {
  readonly uploads: PendingUploads;
  readonly #conf: ConfLookup;
  #loading: Promise<S3> | undefined;

  constructor(conf: ConfLookup) {
    this.#conf = conf;
    this.uploads = new S3Uploads(() => this.#s3());
  }

  #s3(): Promise<S3> {
    return (this.#loading ??= loadS3(this.#conf));
  }

  async status(path: string): Promise<FileStatus | null> {
    const { bucket, key } = splitS3Path(path);
    if (key !== "") {
      const file = await this.#object(path, bucket, key);
      if (file !== null) return file;
    }
    const { sdk, client } = await this.#s3();
    try {
      const below = await client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: directoryPrefix(key), MaxKeys: 1 }));
      return key === "" || (below.KeyCount ?? below.Contents?.length ?? 0) > 0 ? directoryStatus(path) : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw readFailed(path, s3Text(error), error);
    }
  }

  async #object(path: string, bucket: string, key: string): Promise<FileStatus | null> {
    const { sdk, client } = await this.#s3();
    try {
      const head = await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key }));
      return { path, length: head.ContentLength ?? 0, isDirectory: false, modificationTime: head.LastModified?.getTime() ?? 0 };
    } catch (error) {
      if (isMissing(error)) return null;
      throw readFailed(path, s3Text(error), error);
    }
  }

  async list(directory: string, options: { readonly recursive?: boolean } = {}): Promise<FileStatus[]> {
    const { bucket, key } = splitS3Path(directory);
    const prefix = directoryPrefix(key);
    const found: FileStatus[] = [];
    let empty = key !== "";
    for await (const page of this.#pages(directory, bucket, prefix, options.recursive === true ? undefined : "/")) {
      for (const object of page.Contents ?? []) {
        empty = false;
        if (object.Key === undefined || object.Key.endsWith("/")) continue;
        found.push({
          path: joinPath(bucketPath(directory), object.Key),
          length: object.Size ?? 0,
          isDirectory: false,
          modificationTime: object.LastModified?.getTime() ?? 0,
        });
      }
      for (const { Prefix: child } of page.CommonPrefixes ?? []) {
        empty = false;
        if (child !== undefined) found.push(directoryStatus(joinPath(bucketPath(directory), child.replace(/\/$/, ""))));
      }
    }
    if (empty) throw pathNotFound(directory);
    return found.sort(byPath);
  }

  async *#pages(
    path: string,
    bucket: string,
    prefix: string,
    delimiter: string | undefined,
  ): AsyncGenerator<ListObjectsV2CommandOutput> {
    const { sdk, client, listKeys } = await this.#s3();
    let token: string | undefined;
    do {
      const request = { Bucket: bucket, Prefix: prefix, Delimiter: delimiter, ContinuationToken: token, MaxKeys: listKeys };
      let page: ListObjectsV2CommandOutput;
      try {
        page = await client.send(new sdk.ListObjectsV2Command(request));
      } catch (error) {
        if (isMissing(error)) throw pathNotFound(path, `No such bucket: ${bucketPath(path)}`, error);
        throw readFailed(path, s3Text(error), error);
      }
      yield page;
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async mkdirs(): Promise<boolean> {
    return true;
  }

  async delete(path: string): Promise<boolean> {
    const { sdk, client } = await this.#s3();
    const { bucket, key } = splitS3Path(path);
    const keys: string[] = [];
    if (key !== "" && (await this.#object(path, bucket, key)) !== null) keys.push(key);
    for await (const page of this.#pages(path, bucket, directoryPrefix(key), undefined)) {
      for (const object of page.Contents ?? []) if (object.Key !== undefined) keys.push(object.Key);
    }
    for (let i = 0; i < keys.length; i += DELETE_BATCH) {
      const Objects = keys.slice(i, i + DELETE_BATCH).map((Key) => ({ Key }));
      const outcome = await writing(path, () =>
        client.send(new sdk.DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } })),
      );
      const refused = outcome.Errors?.[0];
      if (refused)
        throw writeFailed(
          joinPath(bucketPath(path), refused.Key ?? ""),
          `it cannot be deleted: ${refused.Message ?? refused.Code ?? ""}`,
        );
    }
    return keys.length > 0;
  }

  async rename(from: string, to: string): Promise<void> {
    const status = await this.status(from);
    if (status === null) throw pathNotFound(from);
    const moves = status.isDirectory
      ? (await this.list(from, { recursive: true })).map((file) => ({ from: file.path, to: to + file.path.slice(from.length) }))
      : [{ from, to }];
    const { sdk, client } = await this.#s3();
    await mapConcurrently(moves, CONCURRENT_CALLS, (move) => {
      const source = splitS3Path(move.from);
      const target = splitS3Path(move.to);
      const CopySource = `${source.bucket}/${source.key.split("/").map(encodeURIComponent).join("/")}`;
      return writing(move.to, () =>
        client.send(new sdk.CopyObjectCommand({ Bucket: target.bucket, Key: target.key, CopySource })),
      );
    });
    await this.delete(from);
  }

  async create(path: string): Promise<Writable> {
    return new S3WriteStream(new Multipart(await this.#s3(), path));
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    const { sdk, client } = await this.#s3();
    const { bucket, key } = splitS3Path(path);
    await writing(path, () => client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes })));
  }

  async readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    const { sdk, client } = await this.#s3();
    const { bucket, key } = splitS3Path(path);
    try {
      const range = `bytes=${offset}-${offset + length - 1}`;
      const response = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, Range: range }));
      return response.Body === undefined ? new Uint8Array(0) : await response.Body.transformToByteArray();
    } catch (error) {
      if (statusCode(error) === 416) return new Uint8Array(0);
      if (isMissing(error)) throw pathNotFound(path, undefined, error);
      throw readFailed(path, s3Text(error), error);
    }
  }

  close(): void {
    // A client that never came up holds nothing.
    void this.#loading?.then(
      ({ client }) => client.destroy(),
      () => undefined,
    );
    this.#loading = undefined;
  }
}

/** One multipart upload; parts may be sent in any order, at the same time. */
class Multipart {
  readonly #s3: S3;
  readonly #path: string;
  readonly #bucket: string;
  readonly #key: string;

  constructor(s3: S3, path: string) {
    this.#s3 = s3;
    this.#path = path;
    ({ bucket: this.#bucket, key: this.#key } = splitS3Path(path));
  }

  async begin(): Promise<string> {
    const { sdk, client } = this.#s3;
    const begun = await writing(this.#path, () =>
      client.send(new sdk.CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: this.#key })),
    );
    if (begun.UploadId === undefined) throw writeFailed(this.#path, "the server gave no upload id");
    return begun.UploadId;
  }

  /** The part's ETag. `number` counts from 1. */
  async part(uploadId: string, number: number, body: Uint8Array | NodeJS.ReadableStream, length: number): Promise<string> {
    const { sdk, client } = this.#s3;
    const sent = await writing(this.#path, () =>
      client.send(
        new sdk.UploadPartCommand({
          Bucket: this.#bucket,
          Key: this.#key,
          UploadId: uploadId,
          PartNumber: number,
          Body: body as Uint8Array,
          ContentLength: length,
        }),
      ),
    );
    if (sent.ETag === undefined) throw writeFailed(this.#path, `the server gave no ETag for part ${number}`);
    return sent.ETag;
  }

  async complete(uploadId: string, etags: readonly string[]): Promise<void> {
    const { sdk, client } = this.#s3;
    const Parts = etags.map((ETag, i) => ({ ETag, PartNumber: i + 1 }));
    await writing(this.#path, () =>
      client.send(
        new sdk.CompleteMultipartUploadCommand({
          Bucket: this.#bucket,
          Key: this.#key,
          UploadId: uploadId,
          MultipartUpload: { Parts },
        }),
      ),
    );
  }

  async abort(uploadId: string): Promise<void> {
    const { sdk, client } = this.#s3;
    try {
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: this.#key, UploadId: uploadId }));
    } catch (error) {
      if (!isMissing(error) && !isUnsupported(error)) throw writeFailed(this.#path, s3Text(error), error);
    }
  }
}

/** Collects parts of PART_BYTES. The object is visible when the stream has finished; destroyed before, it never is. */
class S3WriteStream extends Writable {
  readonly #multipart: Multipart;
  #uploadId: string | undefined;
  readonly #etags: string[] = [];
  #pending: Buffer[] = [];
  #pendingBytes = 0;

  constructor(multipart: Multipart) {
    super({ highWaterMark: PART_BYTES, decodeStrings: true });
    this.#multipart = multipart;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // The caller may use its buffer again.
    this.#pending.push(Buffer.from(chunk));
    this.#pendingBytes += chunk.length;
    if (this.#pendingBytes < PART_BYTES) done();
    else settle(this.#sendPart(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    settle(this.#finish(), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const uploadId = this.#uploadId;
    if (uploadId === undefined) return done(error);
    this.#uploadId = undefined;
    settle(this.#multipart.abort(uploadId), (failure) => done(error ?? failure));
  }

  async #finish(): Promise<void> {
    if (this.#pendingBytes > 0 || this.#etags.length === 0) await this.#sendPart();
    await this.#multipart.complete(this.#uploadId!, this.#etags);
    this.#uploadId = undefined;
  }

  async #sendPart(): Promise<void> {
    const body = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#uploadId ??= await this.#multipart.begin();
    this.#etags.push(await this.#multipart.part(this.#uploadId, this.#etags.length + 1, body, body.length));
  }
}

function settle(work: Promise<void>, done: (error?: Error | null) => void): void {
  work.then(
    () => done(),
    (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
  );
}

class S3Uploads implements PendingUploads {
  readonly #load: () => Promise<S3>;

  constructor(load: () => Promise<S3>) {
    this.#load = load;
  }

  async upload(localFile: string, path: string): Promise<PendingUpload> {
    const multipart = new Multipart(await this.#load(), path);
    const bytes = (await stat(localFile)).size;
    const partBytes = Math.max(PART_BYTES, Math.ceil(bytes / MAX_PARTS));
    const uploadId = await multipart.begin();
    try {
      const parts = Array.from({ length: Math.max(1, Math.ceil(bytes / partBytes)) }, (_, i) => i * partBytes);
      const etags = await mapConcurrently(parts, 4, (start, i) => {
        const length = Math.min(partBytes, bytes - start);
        const body = length === 0 ? new Uint8Array(0) : createReadStream(localFile, { start, end: start + length - 1 });
        return multipart.part(uploadId, i + 1, body, length);
      });
      return { path, uploadId, etags, bytes };
    } catch (error) {
      await multipart.abort(uploadId);
      throw error;
    }
  }

  async complete(upload: PendingUpload): Promise<void> {
    await new Multipart(await this.#load(), upload.path).complete(upload.uploadId, upload.etags);
  }

  async abort(upload: PendingUpload): Promise<void> {
    await new Multipart(await this.#load(), upload.path).abort(upload.uploadId);
  }

  async abortAllBelow(directory: string): Promise<void> {
    const s3 = await this.#load();
    const { bucket, key } = splitS3Path(directory);
    let keyMarker: string | undefined;
    let uploadIdMarker: string | undefined;
    do {
      let page;
      try {
        page = await s3.client.send(
          new s3.sdk.ListMultipartUploadsCommand({
            Bucket: bucket,
            Prefix: directoryPrefix(key),
            KeyMarker: keyMarker,
            UploadIdMarker: uploadIdMarker,
          }),
        );
      } catch (error) {
        // Servers that cannot list uploads leave lost ones to the bucket's own clean-up; they are invisible either way.
        if (isUnsupported(error)) return;
        throw writeFailed(directory, s3Text(error), error);
      }
      for (const upload of page.Uploads ?? []) {
        if (upload.Key !== undefined && upload.UploadId !== undefined) {
          await new Multipart(s3, joinPath(bucketPath(directory), upload.Key)).abort(upload.UploadId);
        }
      }
      keyMarker = page.IsTruncated === true ? page.NextKeyMarker : undefined;
      uploadIdMarker = page.NextUploadIdMarker;
    } while (keyMarker !== undefined);
  }
}

async function writing<T>(path: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw writeFailed(path, s3Text(error), error);
  }
}

function directoryPrefix(key: string): string {
  return key === "" ? "" : `${key}/`;
}

function directoryStatus(path: string): FileStatus {
  return { path, length: 0, isDirectory: true, modificationTime: 0 };
}

/** `s3://bucket` of any path in it. */
function bucketPath(path: string): string {
  const { bucket } = splitS3Path(path);
  return path.slice(0, path.indexOf("://") + 3) + bucket;
}

function statusCode(error: unknown): number {
  const metadata = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata;
  return metadata?.httpStatusCode ?? 0;
}

function isMissing(error: unknown): boolean {
  return statusCode(error) === 404;
}

/** 405 and 501: the server is not Amazon's and lacks the operation. */
function isUnsupported(error: unknown): boolean {
  return statusCode(error) === 405 || statusCode(error) === 501;
}

/** HEAD answers have no body, so their errors have no text of their own. */
function s3Text(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  const code = statusCode(error);
  const text = errorText(error);
  const kind = name === "" || name === "Error" || text.includes(name) ? "" : ` (${name})`;
  return `${text}${kind}${code === 0 ? "" : `, HTTP ${code}`}`;
}
