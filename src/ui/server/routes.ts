/** What answers requests: a table of paths with names in them, and replies as plain values. */
import type { Readable } from "node:stream";
import type { ApiError } from "../api-types";
import { ANYBODY, type Visitor } from "./access";
import { TOKEN_HEADER, TOKEN_PATH } from "./security";

export interface Request {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What stood for the names in the route's path. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly visitor: Visitor;
  /** What a POST carries, at most `MOST_BODY` bytes; "" for others. */
  readonly body: string;
}

/** Bytes that a request may carry. */
export const MOST_BODY = 65_536;

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: Request) => Reply | Promise<Reply>;

interface Route {
  readonly method: string;
  readonly path: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: Handler;
}

/** Thrown by handlers; becomes the reply. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export function json(value: unknown, status = 200): Reply {
  return { status, type: "application/json; charset=utf-8", body: JSON.stringify(value) };
}

/** To an address that is relative to the one asked for, so that it holds behind proxies. */
export function redirect(location: string): Reply {
  return { status: 302, type: "text/plain; charset=utf-8", body: "", headers: { location } };
}

export function errorReply(status: number, message: string): Reply {
  const error: ApiError = { error: message };
  return json(error, status);
}

export class Routes {
  readonly #routes: Route[] = [];

  /** `path`: "/applications/:app/jobs/:job"; the first route that fits is taken. */
  get(path: string, handler: Handler): this {
    return this.#add("GET", path, handler);
  }

  post(path: string, handler: Handler): this {
    return this.#add("POST", path, handler);
  }

  /** The route for a request; 404 and 405 as replies. Whatever a handler throws becomes a reply too. */
  async answer(method: string, path: string, query: URLSearchParams, visitor = ANYBODY, body = ""): Promise<Reply> {
    const asked = method === "HEAD" ? "GET" : method;
    const possible = new Set<string>();
    for (const { method: wanted, pattern, names, handler } of this.#routes) {
      const match = pattern.exec(path);
      if (match === null) continue;
      if (wanted !== asked) {
        possible.add(wanted);
        continue;
      }
      try {
        const parameters = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1]!)]));
        return await handler({ method, path, query, parameters, visitor, body });
      } catch (error) {
        if (error instanceof HttpError) return errorReply(error.status, error.message);
        if (error instanceof URIError) return errorReply(400, "The path is not well formed.");
        return errorReply(500, error instanceof Error ? error.message : String(error));
      }
    }
    return possible.size > 0 ? notPossible(method, possible) : errorReply(404, `There is nothing at ${path}.`);
  }

  /** Of all routes that answer to GET, as they were given. */
  paths(): string[] {
    return this.#routes.filter(({ method }) => method === "GET").map(({ path }) => path);
  }

  #add(method: string, path: string, handler: Handler): this {
    const names: string[] = [];
    const source = path.replace(/:([a-zA-Z]+)/g, (_, name: string) => {
      names.push(name);
      return "([^/]+)";
    });
    this.#routes.push({ method, path, pattern: new RegExp(`^${source}/?$`), names, handler });
    return this;
  }
}

function notPossible(method: string, possible: ReadonlySet<string>): Reply {
  const how = possible.has("POST") ? `, with the header ${TOKEN_HEADER}: the token of ${TOKEN_PATH}` : "";
  const allow = possible.has("GET") ? [...possible, "HEAD"] : [...possible];
  return {
    ...errorReply(405, `${method} is not possible here, ${[...possible].join(" and ")} is${how}.`),
    headers: { allow: allow.join(", ") },
  };
}

// What queries and paths say

export function integer(text: string | null | undefined, name: string, fallback: number): number {
  if (text === null || text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new HttpError(400, `${name} must be an integer, not "${text}".`);
  return value;
}

export function flag(text: string | null, name: string, fallback: boolean): boolean {
  if (text === null || text === "") return fallback;
  if (text === "true" || text === "false") return text === "true";
  throw new HttpError(400, `${name} must be true or false, not "${text}".`);
}

export function numbers(text: string | null, name: string): readonly number[] | undefined {
  if (text === null) return undefined;
  return text.split(",").map((part) => {
    const value = Number(part);
    if (part.trim() === "" || !Number.isFinite(value)) throw new HttpError(400, `Bad value for parameter "${name}": ${text}`);
    return value;
  });
}

/** Every `name=` of the query, of these values. */
export function choices<T extends string>(query: URLSearchParams, name: string, allowed: readonly T[]): T[] {
  return query
    .getAll(name)
    .filter((text) => text !== "")
    .map((text) => {
      const found = allowed.find((one) => one === text.toUpperCase());
      if (found === undefined) throw new HttpError(400, `${name} must be one of ${allowed.join(", ")}, not "${text}".`);
      return found;
    });
}
