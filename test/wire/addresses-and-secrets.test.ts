import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseLocalMaster } from "../../src/common/local-master";
import { formatAddress, parseAddress, socketPathFits } from "../../src/wire/address";
import { newSecret, takeSecret } from "../../src/wire/auth";
import { describeThrown, firstLine } from "../../src/wire/failure";
import { versionMismatch } from "../../src/wire/versions";

test("addresses", () => {
  for (const text of ["unix:/tmp/a b/driver.sock", "host-1.example:7077", "127.0.0.1:0", "[::1]:65535"])
    expect(formatAddress(parseAddress(text))).toBe(text);
  for (const text of ["", "host", "host:", "host:70000", "unix:relative", "http://host:1", "::1:80"])
    expect(() => parseAddress(text)).toThrow(/not an address/);
  expect(socketPathFits("/tmp/x")).toBe(true);
  expect(socketPathFits(`/tmp/${"x".repeat(200)}`)).toBe(false);
});

test("the secret is taken out of the environment, from a variable or a file", () => {
  const secret = newSecret();
  const env: NodeJS.ProcessEnv = { FIRESTEEL_SECRET: secret, OTHER: "x" };
  expect(takeSecret(env).toString()).toBe(secret);
  expect(env).toEqual({ OTHER: "x" });
  expect(() => takeSecret(env)).toThrow(/secret is missing/);
  expect(() => takeSecret({ FIRESTEEL_SECRET: "short" })).toThrow(/at least 16/);
  const directory = mkdtempSync(join(tmpdir(), "firesteel-test-"));
  writeFileSync(join(directory, "secret"), `${secret}\n`);
  expect(takeSecret({ FIRESTEEL_SECRET_FILE: join(directory, "secret") }).toString()).toBe(secret);
  rmSync(directory, { recursive: true });
});

test("local masters", () => {
  const one = { executors: 1, workerMemoryBytes: null };
  expect(parseLocalMaster("local")).toEqual({ kind: "local", ...one, coresPerExecutor: 1, maxFailures: 1 });
  expect(parseLocalMaster("local[3]")).toEqual({ kind: "local", ...one, coresPerExecutor: 3, maxFailures: 1 });
  expect(parseLocalMaster("local[3, 5]")).toMatchObject({ coresPerExecutor: 3, maxFailures: 5 });
  expect(parseLocalMaster("local[*]", () => 7)).toMatchObject({ coresPerExecutor: 7, maxFailures: 1 });
  expect(parseLocalMaster("local[*,2]", () => 7)).toMatchObject({ coresPerExecutor: 7, maxFailures: 2 });
  expect(parseLocalMaster("local-cluster[2,1,1024]")).toEqual({
    kind: "local-cluster",
    executors: 2,
    coresPerExecutor: 1,
    workerMemoryBytes: 2 ** 30,
    maxFailures: null,
  });
  for (const wrong of [
    "",
    "local[0]",
    "local[-1]",
    "local[1,0]",
    "local[a]",
    "local-cluster[1,1]",
    "local-cluster[0,1,1]",
    "spark://h:1",
    "yarn",
    "Local",
  ]) {
    expect(() => parseLocalMaster(wrong)).toThrow(/INVALID_MASTER/);
  }
  const foreign = {
    "k8s://https://h:443": "Kubernetes",
    yarn: "YARN",
    "yarn-client": "YARN",
    "mesos://h:1": "Mesos",
    "sc://h:1": "Connect",
  };
  for (const [master, word] of Object.entries({ ...foreign, "spark://h:7077": "Apache Spark" })) {
    expect(() => parseLocalMaster(master)).toThrow("firesteel://host:port: ");
    expect(() => parseLocalMaster(master)).toThrow(word);
  }
  expect(() => parseLocalMaster("yarns")).toThrow(/firesteel:\/\/host:port\.$/);
});

test("versions that do not go together are told in words", () => {
  const ours = { protocol: 1, nodeMajor: 20, version: "1.0.0" };
  expect(versionMismatch(ours, { ...ours })).toBeNull();
  expect(versionMismatch(ours, { ...ours, version: "1.0.1" })).toMatch(
    /driver runs firesteel 1\.0\.0.*executor firesteel 1\.0\.1/,
  );
  expect(versionMismatch(ours, { ...ours, nodeMajor: 24 })).toMatch(/driver runs on Node 20 and the executor on Node 24/);
});

test("anything that is thrown can be described", () => {
  class Odd extends Error {
    override get message(): string {
      throw new Error("no message");
    }
  }
  const cyclic: Record<string, unknown> = {};
  cyclic["self"] = cyclic;
  const loop = new Error("loop");
  loop.cause = loop;
  const proxy = new Proxy(
    {},
    {
      get: () => {
        throw new Error("trap");
      },
      getPrototypeOf: () => {
        throw new Error("trap");
      },
      ownKeys: () => {
        throw new Error("trap");
      },
    },
  );
  for (const value of [
    undefined,
    null,
    0,
    "",
    Symbol("s"),
    10n,
    () => 1,
    {},
    [],
    cyclic,
    Object.create(null),
    new Odd(),
    loop,
    proxy,
  ]) {
    expect(typeof firstLine(describeThrown(value))).toBe("string");
  }
  expect(firstLine(describeThrown(new TypeError("a\nb")))).toBe("TypeError: a");
  const long = "x".repeat(2 ** 21);
  for (const thrown of [new Error(long), long, { long }, new Error("outer", { cause: new Error(long) })]) {
    const { name, message, stack, cause, value } = describeThrown(thrown, () => Buffer.from(long));
    expect(name.length + message.length + stack.length + (cause?.message.length ?? 0)).toBeLessThan(2 ** 16);
    expect(message + (cause?.message ?? "")).toMatch(/… \(2\d{6} more characters\)$/);
    expect(stack === "" || /^ {4}at .*addresses-and-secrets/m.test(stack)).toBe(true);
    expect(value).toBeNull();
  }
  expect(describeThrown("x", () => Buffer.alloc(2 ** 20)).value).toHaveLength(2 ** 20);
  expect(describeThrown(loop).cause?.cause?.message).toBe("loop");
  expect(describeThrown(new Error("x", { cause: "why" })).cause).toMatchObject({ name: "", message: "why" });
});
