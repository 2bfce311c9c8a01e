import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import fc from "fast-check";
import { FileSystems } from "../../src/filesystem/file-systems";
import { componentPattern, expandBraces, hasGlob, splitPathList } from "../../src/filesystem/glob";
import { inputFiles } from "../../src/filesystem/input-files";
import { LocalFileSystem } from "../../src/filesystem/local-file-system";
import { qualifyPath, splitComponents, splitS3Path } from "../../src/filesystem/path";
import { temporaryDirectory } from "./support";

describe("qualified paths", () => {
  test.each([
    ["/tmp/a", "file:/tmp/a"],
    ["/tmp//a/./b/../c/", "file:/tmp/a/c"],
    ["file:/tmp/a/", "file:/tmp/a"],
    ["file:///tmp/a", "file:/tmp/a"],
    ["file://localhost/tmp/a", "file:/tmp/a"],
    ["FILE:/", "file:/"],
    ["/", "file:/"],
    ["/with space/100%25,x:y", "file:/with space/100%25,x:y"],
    ["s3://bucket/key/", "s3://bucket/key"],
    ["S3A://bucket", "s3a://bucket"],
    ["s3://bucket//key", "s3://bucket//key"],
  ])("%s is %s", (path, qualified) => {
    expect(qualifyPath(path)).toBe(qualified);
    expect(qualifyPath(qualified)).toBe(qualified);
  });

  test("relative ones start at the working directory", () => {
    expect(qualifyPath("a/b.txt")).toBe(`file:${process.cwd()}/a/b.txt`);
  });

  test.each([
    ["", "must not be empty"],
    ["hdfs://host/a", 'No file system for the scheme "hdfs"'],
    ["file://other/a", 'the host "other"'],
    ["s3:///key", "names no bucket"],
  ])("%s is refused", (path, reason) => {
    expect(() => qualifyPath(path)).toThrow(reason);
  });

  test("come apart", () => {
    expect(splitComponents("file:/a/b")).toEqual({ root: "file:/", components: ["a", "b"] });
    expect(splitComponents("file:/")).toEqual({ root: "file:/", components: [] });
    expect(splitComponents("s3://bucket/a/b")).toEqual({ root: "s3://bucket", components: ["a", "b"] });
    expect(splitComponents("s3://bucket")).toEqual({ root: "s3://bucket", components: [] });
    expect(splitS3Path("s3a://bucket/a/b")).toEqual({ bucket: "bucket", key: "a/b" });
    expect(splitS3Path("s3://bucket")).toEqual({ bucket: "bucket", key: "" });
  });
});

describe("patterns", () => {
  test.each<[pattern: string, matches: string[], others: string[]]>([
    ["*", ["", "a", ".a"], []],
    ["a*c", ["ac", "abc", "a\nc"], ["acd", "bac"]],
    ["?", ["a", "é", "😀"], ["", "ab"]],
    ["[a-c]x", ["ax", "cx"], ["dx", "-x"]],
    ["[^a-c]", ["d", "-"], ["a"]],
    ["[!a]", ["b"], ["a"]],
    ["[]a]", ["]", "a"], ["b"]],
    ["[a-]", ["a", "-"], ["b"]],
    ["[a\\-c]", ["a", "-", "c"], ["b"]],
    ["[.^]", [".", "^"], ["a"]],
    ["a.b", ["a.b"], ["axb"]],
    ["\\*", ["*"], ["a"]],
    ["a+(b)|c$", ["a+(b)|c$"], ["aab"]],
    ["part-0*", ["part-00000"], ["xpart-0"]],
  ])("%s", (pattern, matches, others) => {
    for (const name of matches) expect([name, componentPattern(pattern).test(name)]).toEqual([name, true]);
    for (const name of others) expect([name, componentPattern(pattern).test(name)]).toEqual([name, false]);
  });

  test("any text matches itself once its wildcards are escaped", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 8 }), (name) => {
        expect(componentPattern(name.replace(/[\\*?[{]/g, "\\$&")).test(name)).toBe(true);
      }),
    );
  });

  test("braces give alternatives, within each other and across directories", () => {
    expect(expandBraces("a{b,c{d,e}}f")).toEqual(["abf", "acdf", "acef"]);
    expect(expandBraces("{a/x,b}/{1,2}")).toEqual(["a/x/1", "a/x/2", "b/1", "b/2"]);
    expect(expandBraces("a{,b}")).toEqual(["a", "ab"]);
    expect(expandBraces("a\\{b,c}")).toEqual(["a\\{b,c}"]);
    expect(() => expandBraces("a{b")).toThrow('a "{" without its "}"');
    expect(() => componentPattern("a[b")).toThrow('a "[" without its "]"');
  });

  test("lists are split at commas outside of braces", () => {
    expect(splitPathList("a,b{c,d},e")).toEqual(["a", "b{c,d}", "e"]);
    expect(splitPathList("a")).toEqual(["a"]);
    expect(["a*", "a\\*", "a\\\\*", "[a]", "a{b}", "abc"].map(hasGlob)).toEqual([true, false, true, true, true, false]);
  });
});

describe("input files", () => {
  const directory = temporaryDirectory();
  const fileSystems = new FileSystems(() => undefined);
  beforeAll(() => {
    for (const name of [
      "d/b.txt",
      "d/a.txt",
      "d/_SUCCESS",
      "d/.a.txt.crc",
      "n/x/1.log",
      "n/x/_h/2.log",
      "n/y/3.log",
      "n/_z/4.log",
      "_hidden.txt",
      "we[i]rd.txt",
    ]) {
      mkdirSync(join(directory, name, ".."), { recursive: true });
      writeFileSync(join(directory, name), "12345");
    }
    mkdirSync(join(directory, "empty"));
    symlinkSync(join(directory, "d/a.txt"), join(directory, "empty/link.txt"));
    symlinkSync(join(directory, "nowhere"), join(directory, "empty/broken.txt"));
  });

  async function found(paths: string | string[], options?: { recursive?: boolean }): Promise<string[]> {
    const root = (path: string): string => path.replaceAll("@", directory);
    const files = await inputFiles(fileSystems, typeof paths === "string" ? root(paths) : paths.map(root), options);
    for (const file of files) expect(file).toMatchObject({ length: 5, isDirectory: false });
    return files.map((file) => relative(directory, file.path.slice("file:".length)));
  }

  test.each([
    ["@/d/a.txt", ["d/a.txt"]],
    ["@/d", ["d/a.txt", "d/b.txt"]],
    ["@/d/", ["d/a.txt", "d/b.txt"]],
    ["file://@/d", ["d/a.txt", "d/b.txt"]],
    ["@/d/*", ["d/a.txt", "d/b.txt"]],
    ["@/d/[b-z]*", ["d/b.txt"]],
    ["@/*/?.txt", ["d/a.txt", "d/b.txt"]],
    ["@/n/*", ["n/x/1.log", "n/y/3.log"]],
    ["@/n/*/*.log", ["n/_z/4.log", "n/x/1.log", "n/y/3.log"]],
    ["@/{d/b.txt,n/y}", ["d/b.txt", "n/y/3.log"]],
    ["@/d/{a,a,b}.txt", ["d/a.txt", "d/b.txt"]],
    ["@/*/x/1.log", ["n/x/1.log"]],
    ["@/d/b.txt,@/d", ["d/b.txt", "d/a.txt", "d/b.txt"]],
    ["@/_hidden.txt", ["_hidden.txt"]],
    ["@/we\\[i\\]rd.txt", ["we[i]rd.txt"]],
    ["@/empty", ["empty/link.txt"]],
  ])("of %s", async (paths, files) => {
    expect(await found(paths)).toEqual(files);
  });

  test("of a list of paths may have commas in their names", async () => {
    writeFileSync(join(directory, "d,e"), "12345");
    expect(await found(["@/d,e", "@/d"])).toEqual(["d,e", "d/a.txt", "d/b.txt"]);
  });

  test("of directories in directories are read on demand only", async () => {
    await expect(found("@/n")).rejects.toThrow(/\[NOT_A_FILE\] Not a file: file:.*\/n\/x\. .*input\.dir\.recursive=true/);
    expect(await found("@/n", { recursive: true })).toEqual(["n/x/1.log", "n/y/3.log"]);
  });

  test("that are not there are all named", async () => {
    const failure = await inputFiles(fileSystems, `${directory}/gone.txt,${directory}/d,${directory}/*.gone`).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      name: "DataError",
      errorClass: "PATH_NOT_FOUND",
      sqlState: "42K03",
      parameters: { path: `file:${directory}/gone.txt` },
    });
    expect(String(failure)).toContain(
      `Input path does not exist: file:${directory}/gone.txt\nInput Pattern file:${directory}/*.gone matches 0 files`,
    );
    await expect(found("@/d/a.txt/x")).rejects.toThrow(/PATH_NOT_FOUND/);
  });
});

describe("listings", () => {
  const root = temporaryDirectory();

  test("a directory that is deleted while those around it are listed has nothing in it", async () => {
    for (const name of ["a", "b/c", "d"]) {
      mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, name, "file"), "");
    }
    class Going extends LocalFileSystem {
      protected override async statusOfChild(path: string) {
        const found = await super.statusOfChild(path);
        if (path.endsWith("/b/c")) rmSync(join(root, "b/c"), { recursive: true });
        return found;
      }
    }
    const files = await new Going().list(`file:${root}`, { recursive: true });
    expect(files.map(({ path }) => path)).toEqual([`file:${root}/a/file`, `file:${root}/d/file`]);
    await expect(new Going().list(`file:${root}/b/c`)).rejects.toThrow(/PATH_NOT_FOUND/);
  });
});
