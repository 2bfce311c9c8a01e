import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import type { Codec } from "../../src/filesystem/codecs";
import { FileSystems } from "../../src/filesystem/file-systems";
import { OutputJob } from "../../src/filesystem/output-job";
import type { OutputJobSpec, TaskCommit } from "../../src/filesystem/output-job";
import { openSink, TextPartWriter } from "../../src/filesystem/part-writers";
import { partName, TaskOutput } from "../../src/filesystem/task-output";
import { storageIn, temporaryDirectory } from "./support";

const directory = temporaryDirectory();
const storage = storageIn(directory);
const fileSystems = new FileSystems(() => undefined);
let outputs = 0;

function newPath(): string {
  return join(directory, `out-${outputs++}`);
}

/** One attempt that writes `lines`, up to its commit. */
function attempt(
  spec: OutputJobSpec,
  id: number,
  partition: number,
  lines: readonly string[],
  codec: Codec | null = null,
): { output: TaskOutput; commit: () => TaskCommit } {
  const output = new TaskOutput(spec, id, storage);
  const writer = new TextPartWriter(output.create(partName(partition, codec), codec));
  for (const line of lines) writer.writeLine(line);
  return {
    output,
    commit: () => {
      writer.finish();
      return output.commit();
    },
  };
}

describe("a job's output", () => {
  test("is not to be seen before its commit, and whole after it", async () => {
    const path = newPath();
    const job = await OutputJob.begin(fileSystems, path, "job-1");
    const commits = [attempt(job.spec, 1, 0, ["1"]).commit(), attempt(job.spec, 2, 1, ["2", "3"]).commit()];
    expect(readdirSync(path)).toEqual(["_temporary"]);
    expect(commits.map((commit) => commit.files.map((file) => [file.name, file.bytes]))).toEqual([
      [["part-00000", 2]],
      [["part-00001", 4]],
    ]);
    await job.commit(structuredClone(commits));
    expect(readdirSync(path).sort()).toEqual(["_SUCCESS", "part-00000", "part-00001"]);
    expect(readFileSync(join(path, "part-00001"), "utf8")).toBe("2\n3\n");
  });

  test("has nothing of attempts that were not accepted, whatever they were doing", async () => {
    const path = newPath();
    const job = await OutputJob.begin(fileSystems, path, "job-1");
    const accepted = attempt(job.spec, 1, 0, ["accepted"]);
    const speculative = attempt(job.spec, 2, 0, ["speculative"]);
    attempt(job.spec, 3, 1, ["never finished"]);
    const failed = attempt(job.spec, 4, 1, ["failed"]);
    failed.output.abort();
    const commits = [accepted.commit(), attempt(job.spec, 5, 1, ["retried"]).commit()];
    speculative.commit();
    await job.commit(commits);
    expect(readdirSync(path).sort()).toEqual(["_SUCCESS", "part-00000", "part-00001"]);
    expect(readFileSync(join(path, "part-00000"), "utf8")).toBe("accepted\n");
    expect(readFileSync(join(path, "part-00001"), "utf8")).toBe("retried\n");
  });

  test("leaves nothing behind when the job fails, and late attempts cannot bring anything back", async () => {
    const path = newPath();
    const job = await OutputJob.begin(fileSystems, path, "job-1");
    const commit = attempt(job.spec, 1, 0, ["done"]).commit();
    attempt(job.spec, 2, 1, ["running"]);
    await job.abort([commit]);
    expect(existsSync(path)).toBe(false);
    expect(() => attempt(job.spec, 3, 2, ["late"])).toThrow(/FAILED_WRITE_FILE.*the job has ended, or this host does not see/);
    expect(existsSync(path)).toBe(false);
    await expect(job.commit([commit])).rejects.toThrow(/ended already/);
    await OutputJob.begin(fileSystems, path, "job-2");
  });

  test("is taken back when the commit fails half-way, other people's files stay", async () => {
    const path = newPath();
    const job = await OutputJob.begin(fileSystems, path, "job-1");
    const first = attempt(job.spec, 1, 0, ["1"]).commit();
    const lost = attempt(job.spec, 2, 1, ["2"]).commit();
    rmSync(join(path, "_temporary/job-1/attempt_2"), { recursive: true });
    writeFileSync(join(path, "mine.txt"), "keep");
    await expect(job.commit([first, lost])).rejects.toThrow(/FAILED_WRITE_FILE.*part-00001/);
    expect(readdirSync(path)).toEqual(["mine.txt"]);
  });

  test("two parts of one name are never both accepted", async () => {
    const path = newPath();
    const job = await OutputJob.begin(fileSystems, path, "job-1");
    const twice = [attempt(job.spec, 1, 0, ["a"]).commit(), attempt(job.spec, 2, 0, ["b"]).commit()];
    await expect(job.commit(twice)).rejects.toThrow(/same name/);
    expect(existsSync(path)).toBe(false);
  });

  test("needs a directory of its own", async () => {
    const path = newPath();
    mkdirSync(path);
    await expect(OutputJob.begin(fileSystems, path, "job-1")).rejects.toMatchObject({
      name: "DataError",
      errorClass: "OUTPUT_DIRECTORY_ALREADY_EXISTS",
      message: expect.stringContaining(`file:${path} already exists`) as string,
    });
    expect(readdirSync(path)).toEqual([]);
    const both = newPath();
    const claims = await Promise.allSettled(
      Array.from({ length: 8 }, (_, i) => OutputJob.begin(fileSystems, `${both}/deep/er`, `job-${i}`)),
    );
    expect(claims.filter((claim) => claim.status === "fulfilled").length).toBe(1);
  });

  test("may go into a directory that is there when asked for, and spares it on failure", async () => {
    const path = newPath();
    mkdirSync(path);
    writeFileSync(join(path, "part-00000"), "old");
    writeFileSync(join(path, "other"), "other");
    const failing = await OutputJob.begin(fileSystems, path, "job-1", { mayExist: true });
    await failing.abort([attempt(failing.spec, 1, 0, ["new"]).commit()]);
    expect(readdirSync(path).sort()).toEqual(["other", "part-00000"]);
    const job = await OutputJob.begin(fileSystems, path, "job-2", { mayExist: true });
    await job.commit([attempt(job.spec, 1, 0, ["new"]).commit()]);
    expect(readdirSync(path).sort()).toEqual(["_SUCCESS", "other", "part-00000"]);
    expect(readFileSync(join(path, "part-00000"), "utf8")).toBe("new\n");
  });

  test("of any order of attempts is one whole part per partition", async () => {
    type Outcome = "commit" | "fail" | "hang";
    const history = fc.array(fc.tuple(fc.nat(3), fc.constantFrom<Outcome>("commit", "fail", "hang")), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(history, fc.boolean(), async (attempts, jobFails) => {
        const path = newPath();
        const job = await OutputJob.begin(fileSystems, path, "job-1");
        const accepted = new Map<number, TaskCommit>();
        const expected = new Map<string, string>();
        for (const [id, [partition, outcome]] of attempts.entries()) {
          const running = attempt(job.spec, id, partition, [`attempt ${id}`]);
          if (outcome === "fail") running.output.abort();
          if (outcome !== "commit") continue;
          const commit = running.commit();
          if (accepted.has(partition)) continue;
          accepted.set(partition, commit);
          expected.set(partName(partition, null), `attempt ${id}\n`);
        }
        if (jobFails) {
          await job.abort([...accepted.values()]);
          expect(existsSync(path)).toBe(false);
        } else {
          await job.commit([...accepted.values()]);
          const parts = readdirSync(path).filter((name) => name !== "_SUCCESS");
          expect(new Map(parts.map((name) => [name, readFileSync(join(path, name), "utf8")]))).toEqual(
            new Map([...expected].sort()),
          );
          expect(existsSync(join(path, "_SUCCESS"))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe("part files", () => {
  function written(lines: readonly string[], codec: Codec | null): { bytes: Buffer; bytesWritten: number } {
    const path = newPath();
    const writer = new TextPartWriter(openSink(path, codec, path));
    for (const line of lines) writer.writeLine(line);
    writer.finish();
    writer.close();
    return { bytes: readFileSync(path), bytesWritten: writer.bytesWritten };
  }

  test("hold the lines as UTF-8, compressed where asked", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("x".repeat(50_000)), fc.constant("é€".repeat(100_000))), {
          maxLength: 8,
        }),
        (lines) => {
          const expected = Buffer.from(lines.map((line) => `${line}\n`).join(""));
          const plain = written(lines, null);
          expect(plain.bytes.equals(expected)).toBe(true);
          expect(plain.bytesWritten).toBe(expected.length);
          const packed = written(lines, "gzip");
          expect(gunzipSync(packed.bytes).equals(expected)).toBe(true);
          expect(packed.bytesWritten).toBe(packed.bytes.length);
          expect(inflateSync(written(lines, "deflate").bytes).equals(expected)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("take whole lines, and are named by partition and codec", () => {
    const path = newPath();
    const writer = new TextPartWriter(openSink(path, null, path));
    writer.writeText("a\nb\n");
    writer.writeLine("\ud800");
    writer.finish();
    expect(readFileSync(path, "utf8")).toBe("a\nb\n\ufffd\n");
    expect([partName(3, null), partName(123456, "gzip"), partName(0, "deflate")]).toEqual([
      "part-00003",
      "part-123456.gz",
      "part-00000.deflate",
    ]);
  });

  test("never replace a file, and closing twice is harmless", () => {
    const path = newPath();
    writeFileSync(path, "");
    expect(() => openSink(path, null, "file:/out/part-00000")).toThrow(/Cannot write file:\/out\/part-00000: EEXIST/);
    const sink = openSink(newPath(), "gzip", "x");
    sink.write(Buffer.from("abc"));
    sink.close();
    sink.close();
  });
});
