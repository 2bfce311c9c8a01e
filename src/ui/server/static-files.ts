/** The web application's files, as the build left them. Read once; no path of a request reaches the file system. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json; charset=utf-8",
};

export interface StaticFile {
  readonly type: string;
  readonly body: Buffer;
  readonly zipped: Buffer | null;
  readonly etag: string;
}

export class StaticFiles {
  readonly #files = new Map<string, StaticFile>();

  constructor(readonly folder: string) {
    let entries: string[];
    try {
      entries = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && TYPES[extname(entry.name)] !== undefined)
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    } catch {
      return;
    }
    for (const name of entries) {
      const body = readFileSync(join(folder, name));
      const type = TYPES[extname(name)]!;
      const zipped = /^text|json|svg/.test(type) && body.length > 1024 ? gzipSync(body) : null;
      const etag = `"${createHash("sha1").update(body).digest("base64url")}"`;
      this.#files.set(`/${name.replaceAll("\\", "/")}`, { type, body, zipped, etag });
    }
  }

  /** "/" is the page itself. */
  find(path: string): StaticFile | undefined {
    return this.#files.get(path === "/" ? "/index.html" : path);
  }
}
