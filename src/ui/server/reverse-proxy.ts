/** Pages of workers and applications below those of the master (spark.ui.reverseProxy), for browsers that reach only the master. They can be looked at: what changes something is refused. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TlsFiles } from "../../wire/tls";
import { askPages } from "./peer-pages";

const PATH = /^\/proxy\/([\w.-]+)(\/.*)?$/;
/** Of an answer: what the browser needs to read it. */
const PASSED = ["content-type", "content-length", "content-encoding", "content-disposition", "etag", "cache-control"] as const;
const ASKED = ["accept", "accept-encoding", "if-none-match"] as const;

/**
 * Answers requests for "/proxy/<id>/…" from the pages at `addressOf(id)`; false for other paths. Only who has registered has an
 * address: no request chooses where the master connects to. The headers `whoAsks` are passed on.
 */
export function forwarded(
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, search }: URL,
  addressOf: (id: string) => string | null,
  tls: TlsFiles | null,
  whoAsks: readonly string[] = [],
): boolean {
  const [, id, rest] = PATH.exec(pathname) ?? [];
  if (id === undefined) return false;
  const address = addressOf(id);
  if (address === null) return refuse(response, 404, `There are no pages of ${id}.`);
  if (request.method !== "GET" && request.method !== "HEAD")
    return refuse(response, 403, "Below the master's pages nothing can be changed.");
  if (rest === undefined) {
    // Pages name what they load relative to themselves.
    response.writeHead(302, { location: `${id}/` }).end();
    return true;
  }
  const headers = Object.fromEntries(
    [...ASKED, ...whoAsks].flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])),
  );
  const asked = askPages(`${address}${rest}${search}`, { method: request.method, headers }, tls, (answer) => {
    const passed = PASSED.flatMap((name) => (answer.headers[name] === undefined ? [] : [[name, answer.headers[name]] as const]));
    response.writeHead(answer.statusCode ?? 502, Object.fromEntries(passed));
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  asked.on("error", (error) => {
    if (response.headersSent) response.destroy();
    else refuse(response, 502, `The pages of ${id} cannot be reached: ${error.message}`);
  });
  response.on("close", () => asked.destroy());
  return true;
}

function refuse(response: ServerResponse, status: number, error: string): true {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify({ error }));
  return true;
}
