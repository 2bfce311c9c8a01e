/** The S3 file system against a real server on loopback (s3rver), through the AWS SDK. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import { MessageChannel, Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { FileSystems } from "../../src/filesystem/file-systems";
import { inputFiles } from "../../src/filesystem/input-files";
import { OutputJob } from "../../src/filesystem/output-job";
import type { PendingUpload } from "../../src/filesystem/file-system";
import { TextPartWriter } from "../../src/filesystem/part-writers";
import { clientConfig } from "../../src/filesystem/s3-client";
import { textSplits } from "../../src/filesystem/splits";
import { StorageService } from "../../src/filesystem/storage-service";
import { partName, TaskOutput } from "../../src/filesystem/task-output";
import type { TaskStorage } from "../../src/filesystem/task-storage";
import { startS3Server } from "./s3-server";
import type { S3Server } from "./s3-server";
import { temporaryDirectory } from "./support";

const directory = temporaryDirectory();
let server: S3Server;
let fileSystems: FileSystems;

beforeAll(async () => {
  server = await startS3Server(join(directory, "s3"), ["data"]);
  const settings = new Map([
    ["spark.hadoop.fs.s3a.endpoint", server.endpoint],
    ["spark.hadoop.fs.s3a.connection.ssl.enabled", "false"],
    ["spark.hadoop.fs.s3a.access.key", "S3RVER"],
    ["spark.hadoop.fs.s3a.secret.key", "S3RVER"],
    ["spark.hadoop.fs.s3a.path.style.access", "true"],
    ["spark.hadoop.fs.s3a.paging.maximum", "3"],
  ]);
  fileSystems = new FileSystems((key) => settings.get(key));
});

afterAll(async () => {
  fileSystems.close();
  await server.close();
});

function put(path: string, content: string | Uint8Array): Promise<void> {
  return fileSystems.of(path).writeFile(path, Buffer.from(content));
}

async function get(path: string): Promise<Buffer> {
  return Buffer.from(await fileSystems.of(path).readRange(path, 0, 100_000_000));
}

async function names(path: string): Promise<string[]> {
  return (await fileSystems.of(path).list(path, { recursive: true })).map((file) => file.path.slice(path.length + 1));
}

describe("objects", () => {
  test("have a status, ranges and directories by their keys", async () => {
    await put("s3://data/a/x.txt", "hello");
    await put("s3://data/a/b/y.txt", "deep");
    const fs = fileSystems.of("s3://data");
    expect(await fs.status("s3://data/a/x.txt")).toMatchObject({ length: 5, isDirectory: false });
    expect((await fs.status("s3://data/a/x.txt"))!.modificationTime).toBeGreaterThan(1.6e12);
    expect(await fs.status("s3://data/a")).toMatchObject({ length: 0, isDirectory: true });
    expect(await fs.status("s3://data")).toMatchObject({ isDirectory: true });
    expect(await fs.status("s3://data/a/x")).toBeNull();
    expect(await fs.status("s3://nowhere/a")).toBeNull();
    expect((await fs.list("s3://data/a")).map((entry) => [entry.path, entry.isDirectory])).toEqual([
      ["s3://data/a/b", true],
      ["s3://data/a/x.txt", false],
    ]);
    expect(await names("s3://data/a")).toEqual(["b/y.txt", "x.txt"]);
    expect(Buffer.from(await fs.readRange("s3://data/a/x.txt", 1, 3)).toString()).toBe("ell");
    expect(Buffer.from(await fs.readRange("s3://data/a/x.txt", 3, 100)).toString()).toBe("lo");
    expect(await fs.readRange("s3://data/a/x.txt", 5, 10)).toHaveLength(0);
    await expect(fs.readRange("s3://data/a/gone", 0, 1)).rejects.toThrow(/PATH_NOT_FOUND.*s3:\/\/data\/a\/gone/);
    await expect(fs.list("s3://data/gone")).rejects.toThrow(/PATH_NOT_FOUND/);
  });

  test("are listed past the end of one answer, renamed and deleted with what is below them", async () => {
    const fs = fileSystems.of("s3://data");
    await Promise.all(Array.from({ length: 10 }, (_, i) => put(`s3://data/many/${i}`, "")));
    expect(await names("s3://data/many")).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    await put("s3://data/from/a bé.txt", "1");
    await put("s3://data/from/c/d", "2");
    await fs.rename("s3://data/from", "s3://data/to");
    expect(await names("s3://data/to")).toEqual(["a bé.txt", "c/d"]);
    expect(await fs.status("s3://data/from")).toBeNull();
    expect(await fs.delete("s3://data/many")).toBe(true);
    expect(await fs.delete("s3://data/many")).toBe(false);
  });

  test("are written by streams of several parts, and not at all by those that break", async () => {
    const fs = fileSystems.of("s3://data");
    const bytes = Buffer.alloc(17 * 1024 * 1024, "0123456789");
    await pipeline(Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), await fs.create("s3://data/stream"));
    expect((await get("s3://data/stream")).equals(bytes)).toBe(true);
    await pipeline(Readable.from([]), await fs.create("s3://data/nothing"));
    expect(await fs.status("s3://data/nothing")).toMatchObject({ length: 0, isDirectory: false });
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield bytes;
      throw new Error("cut");
    };
    await expect(pipeline(broken(), await fs.create("s3://data/broken"))).rejects.toThrow("cut");
    expect(await fs.status("s3://data/broken")).toBeNull();
  });
});

test("input is found by patterns, and missing buckets are named", async () => {
  await put("s3://data/logs/2024-01/a.txt", "1");
  await put("s3://data/logs/2024-01/_SUCCESS", "");
  await put("s3://data/logs/2024-02/b.txt", "2");
  await put("s3://data/logs/2025-01/c.txt", "3");
  const found = async (paths: string): Promise<string[]> => (await inputFiles(fileSystems, paths)).map((file) => file.path);
  expect(await found("s3://data/logs/2024-*")).toEqual(["s3://data/logs/2024-01/a.txt", "s3://data/logs/2024-02/b.txt"]);
  expect(await found("s3a://data/logs/{2025-01,2024-02}/*.txt")).toEqual([
    "s3a://data/logs/2024-02/b.txt",
    "s3a://data/logs/2025-01/c.txt",
  ]);
  expect(await found("s3://data/logs/2025-01")).toEqual(["s3://data/logs/2025-01/c.txt"]);
  await expect(found("s3://data/logs/2026-*,s3://other/x")).rejects.toThrow(
    /2026-\* matches 0 files\n.*does not exist: s3:\/\/other\/x/,
  );
});

test("a thread that may not await reads splits through the executor's ports", async () => {
  const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i} ${"é€😀".repeat(i % 7)}`);
  const text = lines.join("\n");
  await put("s3://data/text/a.txt", text);
  await put("s3://data/text/b.txt.gz", gzipSync("z1\r\nz2"));
  const splits = textSplits(await inputFiles(fileSystems, "s3://data/text"), 7);
  expect(splits.length).toBeGreaterThanOrEqual(7);

  const bundle = join(directory, "blocking-reader.cjs");
  await build({
    entryPoints: [join(__dirname, "blocking-reader.ts")],
    bundle: true,
    platform: "node",
    outfile: bundle,
    logLevel: "error",
  });
  const service = new StorageService(fileSystems);
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(bundle, { workerData: { port: port2, signal, splits }, transferList: [port2] });
  try {
    const result = await new Promise<{ lines: string[]; waits: number }>((resolve, reject) => {
      worker.on("error", reject);
      type Request = { path: string; offset: number; length: number; next: number } | { lines: string[]; waits: number };
      port1.on("message", (request: Request) => {
        if ("lines" in request) return resolve(request);
        service.readRange(request.path, request.offset, request.length, request.next).then((bytes) => {
          port1.postMessage(bytes);
          Atomics.store(signal, 0, 1);
          Atomics.notify(signal, 0);
        }, reject);
      });
    });
    expect(result.lines).toEqual([...lines, "z1", "z2"]);
    expect(result.waits).toBeGreaterThanOrEqual(splits.length);
  } finally {
    port1.close();
    await worker.terminate();
  }
});

test("ranges that were announced are fetched ahead, once", async () => {
  await put("s3://data/ahead", "0123456789");
  const requests: string[] = [];
  const fs = fileSystems.of("s3://data");
  const counting = {
    of: () => ({
      readRange: (path: string, offset: number, length: number) => {
        requests.push(`${offset}+${length}`);
        return path.endsWith("gone") ? Promise.reject(new Error("gone")) : fs.readRange(path, offset, length);
      },
    }),
    close: () => undefined,
  } as unknown as FileSystems;
  const service = new StorageService(counting);
  const text = async (...range: [number, number, number]): Promise<string> =>
    Buffer.from(await service.readRange("s3://data/ahead", ...range)).toString();
  expect(await text(0, 4, 4)).toBe("0123");
  expect(requests).toEqual(["0+4", "4+4"]);
  expect(await text(4, 4, 2)).toBe("4567");
  expect(await text(8, 2, 0)).toBe("89");
  expect(requests).toEqual(["0+4", "4+4", "8+2"]);
  await expect(service.readRange("s3://data/gone", 0, 1, 1)).rejects.toThrow("gone");
  for (let i = 0; i < 40; i++) await service.readRange("s3://data/ahead", 0, 1, 1 + (i % 5));
  service.close();
});

describe("a job's output", () => {
  /** What a task may call, with the answers at hand: here the calls are run before the task instead of beside it. */
  class Uploads {
    readonly storage: TaskStorage;
    readonly started: { localFile: string; upload: PendingUpload }[] = [];
    #files = 0;

    constructor() {
      this.storage = {
        fetch: () => {
          throw new Error("not used here");
        },
        uploads: {
          upload: (localFile, path) => {
            const upload = { path, uploadId: "", etags: [], bytes: readFileSync(localFile).length };
            writeFileSync(`${localFile}.kept`, readFileSync(localFile));
            this.started.push({ localFile: `${localFile}.kept`, upload });
            return upload;
          },
          abort: () => undefined,
        },
        tempFile: (purpose) => join(directory, `${purpose}-${this.#files++}`),
      };
    }
  }

  async function attempt(
    job: OutputJob,
    id: number,
    partition: number,
    lines: string[],
  ): Promise<ReturnType<TaskOutput["commit"]>> {
    const uploads = new Uploads();
    const output = new TaskOutput(job.spec, id, uploads.storage);
    const writer = new TextPartWriter(output.create(partName(partition, null), null));
    for (const line of lines) writer.writeLine(line);
    writer.finish();
    const commit = output.commit();
    const service = new StorageService(fileSystems);
    const staged = new Map<unknown, PendingUpload>();
    for (const { localFile, upload } of uploads.started) staged.set(upload, await service.upload(localFile, upload.path));
    return { files: commit.files.map((file) => ({ ...file, staged: staged.get(file.staged)! })) };
  }

  test("appears with its commit, without the parts of other attempts", async () => {
    const job = await OutputJob.begin(fileSystems, "s3://data/out", "job-1");
    expect(job.spec.protocol).toBe("upload");
    const commits = [await attempt(job, 1, 0, ["1"]), await attempt(job, 3, 1, [])];
    await attempt(job, 2, 0, ["speculative"]);
    expect(await fileSystems.of("s3://data").status("s3://data/out")).toBeNull();
    await job.commit(structuredClone(commits));
    expect(await names("s3://data/out")).toEqual(["_SUCCESS", "part-00000", "part-00001"]);
    expect((await get("s3://data/out/part-00000")).toString()).toBe("1\n");
    expect(await fileSystems.of("s3://data").status("s3://data/out/part-00001")).toMatchObject({ length: 0 });
    await expect(OutputJob.begin(fileSystems, "s3://data/out", "job-2")).rejects.toThrow(
      /OUTPUT_DIRECTORY_ALREADY_EXISTS.*s3:\/\/data\/out already exists/,
    );
  });

  test("never appears when the job fails, in its commit too", async () => {
    const aborted = await OutputJob.begin(fileSystems, "s3://data/half", "job-1");
    await aborted.abort([await attempt(aborted, 1, 0, ["1"])]);
    expect(await fileSystems.of("s3://data").status("s3://data/half")).toBeNull();

    const job = await OutputJob.begin(fileSystems, "s3://data/half", "job-2");
    const good = await attempt(job, 1, 0, ["1"]);
    const lost = {
      files: [
        { name: "part-00001", bytes: 1, staged: { path: "s3://data/half/part-00001", uploadId: "gone", etags: ["x"], bytes: 1 } },
      ],
    };
    await expect(job.commit([good, lost])).rejects.toThrow(/FAILED_WRITE_FILE.*part-00001/);
    expect(await fileSystems.of("s3://data").status("s3://data/half")).toBeNull();
  });
});

describe("settings", () => {
  test("are Hadoop's", () => {
    const settings = new Map(
      Object.entries({
        endpoint: "minio:9000",
        "connection.ssl.enabled": "false",
        "access.key": "a",
        "secret.key": "s",
        "endpoint.region": "eu-west-1",
      }),
    );
    expect(clientConfig((key) => settings.get(key.replace("spark.hadoop.fs.s3a.", "")))).toMatchObject({
      endpoint: "http://minio:9000",
      forcePathStyle: true,
      region: "eu-west-1",
      credentials: { accessKeyId: "a", secretAccessKey: "s" },
    });
    expect(
      clientConfig((key) =>
        key.endsWith("endpoint") ? "https://s3.example.org" : key.endsWith("path.style.access") ? "false" : undefined,
      ),
    ).toMatchObject({
      endpoint: "https://s3.example.org",
      forcePathStyle: false,
    });
    expect(clientConfig(() => undefined)).not.toHaveProperty("credentials");
    expect(() => clientConfig((key) => (key.endsWith("access.key") ? "a" : undefined))).toThrow(/INVALID_S3_CREDENTIALS/);
  });

  test("a missing SDK is one clear line", async () => {
    jest.resetModules();
    jest.doMock("@aws-sdk/client-s3", () => {
      throw new Error("Cannot find module");
    });
    const { loadS3 } = await import("../../src/filesystem/s3-client");
    await expect(loadS3(() => undefined)).rejects.toThrow("s3:// paths need the AWS SDK: run `npm install @aws-sdk/client-s3`.");
    jest.dontMock("@aws-sdk/client-s3");
  });
});
