/**
 * The HTTP server of every user interface: pages, answers, notices of change. Binds to one address; when its port is taken,
 * to the next ones. Neither it nor its connections keep the process alive, unless that is all the process is for.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import { type Duplex, Readable } from "node:stream";
import { gzip } from "node:zlib";
import { hostPort } from "../../common/cluster-master";
import { ClusterError } from "../../common/errors";
import { log } from "../../common/log";
import type { PageAccess } from "../../common/page-access";
import { isEveryAddress } from "../../wire/address";
import { pagesServerOptions, type TlsFiles } from "../../wire/tls";
import { Access, ANYBODY, type Visitor } from "./access";
import { ChangeStream, PageListener, type Versions } from "./change-stream";
import { EVENT_SOCKET_PATH, EventSockets, type Observed } from "./event-socket";
import { forwarded } from "./reverse-proxy";
import { errorReply, MOST_BODY, type Reply, type Routes } from "./routes";
import { Gate, securityHeaders } from "./security";
import type { StaticFiles } from "./static-files";

export interface ServerOptions {
  /** An address of this machine: "127.0.0.1", "0.0.0.0", "::". */
  readonly host: string;
  /** 0 for any; otherwise the next ones are tried where it is taken. */
  readonly port: number;
  /** spark.port.maxRetries. */
  readonly portRetries: number;
  readonly allowedHosts: readonly string[];
  /** Pages are served by HTTPS with these; without, by HTTP. */
  readonly tls?: TlsFiles | null;
  /** Origins whose pages may show these in frames. */
  readonly framedBy?: readonly string[];
  /** Who may look, and who may change something; null: everybody. */
  readonly access?: PageAccess | null;
  readonly files: StaticFiles;
  /** What changes, for the event stream of an application (or of the server itself). Null where there is no such application. */
  versions(application: string | null): Promise<Versions | null>;
  /** What programs may follow by websocket; absent where there is nothing to follow so. */
  readonly observed?: Observed;
  /** Where the pages are that are shown below "/proxy/<id>/"; null where there are none of that id. */
  proxied?(id: string): string | null;
  /** Called when somebody begins to follow changes. */
  watched?(): void;
  /** The process ends when nothing else keeps it. */
  readonly background: boolean;
}

/** Say nothing of anybody's work, and are asked for by what restarts processes. */
const FOR_ALL: readonly string[] = ["/health", "/ready"];
/** Answers from so many bytes are compressed. */
const COMPRESS_FROM = 2048;

export class HttpServer {
  readonly gate: Gate;
  readonly #server: Server;
  readonly #changes = new ChangeStream();
  readonly #eventSockets = new EventSockets(this.#changes);
  readonly #sockets = new Set<Socket>();
  readonly #access: Access | null;
  readonly #headers: readonly (readonly [string, string])[];

  constructor(
    private readonly options: ServerOptions,
    private readonly routes: Routes,
  ) {
    this.gate = new Gate(options.allowedHosts);
    const { access = null } = options;
    this.#access = access === null ? null : new Access(access);
    this.#headers = Object.entries(securityHeaders(options.framedBy ?? []));
    const limits = { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 };
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response).catch((error: unknown) => {
        log.warn(`A request to the user interface failed: ${error instanceof Error ? error.message : String(error)}`);
        response.destroy();
      });
    };
    const { tls = null } = options;
    this.#server =
      tls === null
        ? createServer(limits, listener)
        : createSecureServer({ ...limits, ...pagesServerOptions(tls), handshakeTimeout: 10_000 }, listener);
    const { observed } = options;
    if (observed !== undefined)
      this.#server.on("upgrade", (request, connection, head) => this.#upgrade(request, connection, head, observed));
    this.#server.maxConnections = 256;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      if (options.background) socket.unref();
    });
  }

  /** Pages that listen to changes now. */
  get watchers(): number {
    return this.#changes.size;
  }

  /** Where this machine finds it once it listens on `port`: "http://localhost:4040", "https://…" with TLS. */
  urlAt(port: number): string {
    const { host, tls = null } = this.options;
    return `${tls === null ? "http" : "https"}://${hostPort({ host: isEveryAddress(host) ? "localhost" : host, port })}`;
  }

  /** Resolves with the port. Rejects with a ClusterError when none can be had. */
  async listen(): Promise<number> {
    const { host, port, portRetries } = this.options;
    for (let tried = 0; ; tried++) {
      const candidate = port === 0 ? 0 : port + tried;
      try {
        const listening = once(this.#server, "listening");
        this.#server.listen({ host, port: candidate });
        await listening;
        break;
      } catch (cause) {
        const taken = ["EADDRINUSE", "EACCES"].includes((cause as NodeJS.ErrnoException).code ?? "");
        if (!taken || tried >= portRetries || candidate + 1 > 65_535)
          throw new ClusterError(
            "UI_CANNOT_LISTEN",
            `The user interface cannot listen on ${host}:${candidate}${tried > 0 ? ` nor on the ${tried} ports before it` : ""}: ${(cause as Error).message}`,
            { cause },
          );
      }
    }
    if (this.options.background) this.#server.unref();
    this.#server.on("error", (error) => log.warn(`The user interface's server: ${error.message}`));
    return (this.#server.address() as { port: number }).port;
  }

  async close(): Promise<void> {
    this.#changes.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Who asks, and for what; else the reply that refuses. */
  #admitted(request: IncomingMessage, refusal: string | null): { readonly url: URL; readonly visitor: Visitor } | Reply {
    if (refusal !== null) return errorReply(403, refusal);
    let url: URL;
    try {
      url = new URL(request.url ?? "/", "http://localhost");
    } catch {
      return errorReply(400, "The path is not well formed.");
    }
    const visitor = this.#access === null || FOR_ALL.includes(url.pathname) ? ANYBODY : this.#access.admit(request);
    return typeof visitor === "string" ? errorReply(403, visitor) : { url, visitor };
  }

  /** A request with `Upgrade`, which Node gives away with its connection as soon as anybody takes such. */
  #upgrade(request: IncomingMessage, connection: Duplex, head: Buffer, observed: Observed): void {
    connection.on("error", () => connection.destroy());
    const wanted = /^websocket$/i.test(request.headers.upgrade ?? "");
    const admitted = wanted ? this.#admitted(request, this.gate.socketRefusal(request)) : null;
    if (admitted !== null && "url" in admitted && admitted.url.pathname === EVENT_SOCKET_PATH) {
      this.#eventSockets.accept(request, connection, head, observed);
      return this.options.watched?.();
    }
    // All others are answered as if they had not asked for another protocol.
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(connection as Socket);
    response.on("finish", () => connection.end());
    let answered: Promise<void>;
    if (admitted !== null && "status" in admitted) answered = send(request, response, admitted);
    else if (request.method === "GET" || request.method === "HEAD") answered = this.#handle(request, response);
    else answered = send(request, response, errorReply(400, `${request.method} cannot ask for another protocol.`));
    answered.catch(() => connection.destroy());
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of this.#headers) response.setHeader(name, value);
    const admitted = this.#admitted(request, this.gate.refusal(request));
    const { options } = this;
    const method = request.method ?? "GET";
    const isGet = method === "GET" || method === "HEAD";
    if (isGet || "status" in admitted) request.resume();
    if ("status" in admitted) return send(request, response, admitted);
    const { url, visitor } = admitted;
    if (!isGet && !visitor.mayModify) {
      request.resume();
      return send(request, response, errorReply(403, `User ${visitor.user} may look, and change nothing (spark.modify.acls).`));
    }
    if (
      options.proxied !== undefined &&
      forwarded(request, response, url, (id) => options.proxied!(id), options.tls ?? null, this.#access?.headers)
    ) {
      request.resume();
      return;
    }
    if (isGet && url.pathname === "/api/firesteel/v1/events") return this.#events(request, response, url);
    const file = isGet ? this.options.files.find(url.pathname) : undefined;
    if (file === undefined) {
      const body = isGet ? "" : await bodyOf(request);
      if (typeof body !== "string") return send(request, response, body);
      return send(request, response, await this.routes.answer(method, url.pathname, url.searchParams, visitor, body));
    }
    const unchanged = request.headers["if-none-match"] === file.etag;
    const zipped = file.zipped !== null && acceptsGzip(request) ? file.zipped : null;
    response.writeHead(unchanged ? 304 : 200, {
      "content-type": file.type,
      etag: file.etag,
      "cache-control": "no-cache",
      ...(unchanged ? {} : { "content-length": (zipped ?? file.body).length }),
      ...(zipped !== null && !unchanged ? { "content-encoding": "gzip" } : {}),
    });
    response.end(unchanged || method === "HEAD" ? undefined : (zipped ?? file.body));
  }

  async #events(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const source = await this.options.versions(url.searchParams.get("application"));
    if (source === null) return send(request, response, errorReply(404, "There is no such application."));
    if (this.#changes.isFull) return send(request, response, errorReply(503, "Too many pages listen to changes already."));
    const listener = new PageListener(response);
    response.on("close", () => this.#changes.remove(listener));
    this.#changes.add(listener, source);
    this.options.watched?.();
  }
}

/** What the request carries; the reply that refuses where that is too much. */
async function bodyOf(request: IncomingMessage): Promise<string | Reply> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    // What comes still is read and dropped, so that the answer is heard.
    if (bytes <= MOST_BODY) pieces.push(piece);
  }
  if (bytes > MOST_BODY) return errorReply(413, `A request may carry ${MOST_BODY} bytes, not ${bytes}.`);
  return Buffer.concat(pieces).toString();
}

function acceptsGzip(request: IncomingMessage): boolean {
  return /\bgzip\b/.test(String(request.headers["accept-encoding"] ?? ""));
}

async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const headers = { "content-type": reply.type, "cache-control": "no-store", ...reply.headers };
  if (reply.body instanceof Readable) {
    response.writeHead(reply.status, headers);
    if (request.method === "HEAD") {
      reply.body.destroy();
      response.end();
      return;
    }
    reply.body.on("error", () => response.destroy());
    reply.body.pipe(response);
    return;
  }
  let body: Buffer = typeof reply.body === "string" ? Buffer.from(reply.body) : Buffer.from(reply.body);
  const zipped = body.length >= COMPRESS_FROM && acceptsGzip(request) && /json|text/.test(reply.type);
  if (zipped) body = await compressed(body);
  response.writeHead(reply.status, {
    ...headers,
    ...(zipped ? { "content-encoding": "gzip" } : {}),
    "content-length": body.length,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** In libuv's pool, at the fastest level: the driver's thread has other things to do. */
function compressed(body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    gzip(body, { level: 1 }, (error, result) => (error === null ? resolve(result) : reject(error))),
  );
}
