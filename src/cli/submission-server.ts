/**
 * Spark's REST submission (`POST /v1/submissions/create`, `GET …/status/ID`, `POST …/kill/ID`) on a master, for tools that submit without a
 * `firesteel` of their own. The program is a file that the master can read; it travels to its worker as programs of `firesteel submit` do.
 *
 * Whoever submits runs code: where the cluster has a secret a request must bear it (`Authorization: Bearer …`), over TLS unless only this
 * machine can connect. Pages in browsers are refused.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { packProgram } from "../cluster/program/archive";
import type { MasterDaemon } from "../cluster/master/master-daemon";
import { isLoopback } from "../cluster/secret";
import { hostPort } from "../common/cluster-master";
import { SPARK_VERSION } from "../common/spark-version";
import { ClusterError, UsageError } from "../common/errors";
import { log } from "../common/log";
import { isEveryAddress } from "../wire/address";
import type { TlsFiles } from "../wire/tls";
import { driverRequest } from "./cluster-mode";

export interface SubmissionServerOptions {
  readonly host: string;
  /** What others are told where `host` is all addresses. */
  readonly publicHost: string;
  /** 0 for any. */
  readonly port: number;
  readonly secret: Uint8Array;
  readonly tls: TlsFiles | null;
  readonly master: Pick<MasterDaemon, "desk">;
}

export interface SubmissionServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The version of a protocol that this one is not: Spark's status for it. */
const UNKNOWN_PROTOCOL = 468;
const LONGEST_REQUEST = 2 ** 20;
const FIELDS = new Set([
  "action",
  "appArgs",
  "appResource",
  "clientSparkVersion",
  "environmentVariables",
  "mainClass",
  "message",
  "sparkProperties",
]);

/** Rejects with a UsageError where the secret would travel in clear text, with a ClusterError when the port is taken. */
export async function startSubmissionServer(options: SubmissionServerOptions): Promise<SubmissionServer> {
  const { host, port, secret, tls } = options;
  const local = await isLoopback(host);
  if (secret.length > 0 && tls === null && !local)
    throw new UsageError(
      "REST_WITHOUT_TLS",
      `spark.master.rest.enabled on ${host} would let the cluster's secret travel in clear text: give --tls-cert, --tls-key and --tls-ca, or ` +
        `set spark.master.rest.host to 127.0.0.1.`,
    );
  if (secret.length === 0 && !local)
    throw new UsageError(
      "NO_SECRET",
      `Without a secret, spark.master.rest.enabled listens on this machine only, and not on ${host}.`,
    );
  const listener: RequestListener = (request, response) => void answer(options, request, response);
  const server: Server =
    tls === null
      ? createServer(listener)
      : createSecureServer({ cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: "TLSv1.2" }, listener);
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (error) {
    throw new ClusterError(
      "REST_CANNOT_LISTEN",
      `Submissions cannot be taken on ${hostPort({ host, port })}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
  const bound = (server.address() as AddressInfo).port;
  const url = `${tls === null ? "http" : "https"}://${hostPort({ host: isEveryAddress(host) ? options.publicHost : host, port: bound })}`;
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  readonly status?: number;
  readonly action: string;
  readonly [field: string]: unknown;
}

class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

async function answer(options: SubmissionServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let reply: Answer;
  try {
    reply = await act(options, request);
  } catch (error) {
    const { status = 500, more = {} } = error instanceof Refused ? error : {};
    const message = error instanceof Error ? error.message : String(error);
    if (!(error instanceof Refused)) log.warn(`a submission failed: ${message}`);
    reply = { status, action: "ErrorResponse", message, ...more };
  }
  const { status = 200, ...body } = reply;
  request.resume();
  response.writeHead(status, { "content-type": "application/json;charset=utf-8", "cache-control": "no-store" });
  response.end(`${JSON.stringify({ ...body, serverSparkVersion: SPARK_VERSION }, undefined, 2)}\n`);
}

async function act({ secret, master }: SubmissionServerOptions, request: IncomingMessage): Promise<Answer> {
  if (request.headers.origin !== undefined || (request.headers["sec-fetch-site"] ?? "none") !== "none")
    throw new Refused(403, "Pages in browsers cannot submit.");
  if (!bears(request, secret)) throw new Refused(401, "The cluster has a secret: send it as Authorization: Bearer <secret>.");
  const path = new URL(request.url ?? "/", "http://localhost").pathname.split("/").filter(Boolean).map(decodeURIComponent);
  const [version, area, what, id] = path;
  if (version !== "v1" || area !== "submissions")
    throw new Refused(
      UNKNOWN_PROTOCOL,
      `Unknown protocol version '${version ?? ""}'. Please submit requests through http://[host]:[port]/v1/submissions/...`,
      { highestProtocolVersion: "v1" },
    );
  const method = what === "status" || what === "readyz" ? "GET" : "POST";
  if (what === undefined || !["create", "status", "kill", "readyz"].includes(what))
    throw new Refused(404, `There is create, status, kill and readyz, not '${what ?? ""}'.`);
  if (request.method !== method) throw new Refused(405, `${what} is asked by ${method}.`);
  const { desk } = master;
  if (desk === null) throw new Refused(503, "This master is a standby: ask the active one.");
  if (what === "readyz") return { action: "ReadyzResponse", message: "", success: true };
  if (what === "create") return create(desk, await bodyOf(request));
  if (id === undefined) throw new Refused(400, `Submission ID is missing in ${what} request.`);
  const { state, workerId, workerHost, message } = desk.report(id);
  const known = state !== "NOT_FOUND";
  if (what === "status")
    return {
      action: "SubmissionStatusResponse",
      submissionId: id,
      success: known,
      ...(known ? { driverState: state } : {}),
      ...(message === "" ? {} : { message }),
      ...(workerId === "" ? {} : { workerId, workerHostPort: workerHost }),
    };
  const runs = ["SUBMITTED", "RUNNING", "RELAUNCHING", "UNKNOWN"].includes(state);
  if (runs) desk.kill(id);
  return {
    action: "KillSubmissionResponse",
    message: runs ? `Kill request for ${id} submitted` : `Driver ${id} has already finished or does not exist`,
    submissionId: id,
    success: runs,
  };
}

function bears({ headers }: IncomingMessage, secret: Uint8Array): boolean {
  if (secret.length === 0) return true;
  const digest = (bytes: Uint8Array | string): Buffer => createHash("sha256").update(bytes).digest();
  const given = /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(secret));
}

type Desk = NonNullable<MasterDaemon["desk"]>;

function create(desk: Desk, body: string): Answer {
  const request = requestIn(body);
  const settings = new Map(Object.entries(request.sparkProperties));
  const file = fileOf(request.appResource);
  try {
    const supervise = settings.get("spark.driver.supervise") === "true";
    const driver = driverRequest(file, request.appArgs, settings, supervise);
    const id = desk.submit(
      driver,
      packProgram(file, (key) => settings.get(key)),
    );
    return {
      action: "CreateSubmissionResponse",
      message: `Driver successfully submitted as ${id}`,
      submissionId: id,
      success: true,
    };
  } catch (error) {
    throw new Refused(400, error instanceof Error ? error.message : String(error));
  }
}

interface CreateRequest {
  readonly appResource: string;
  readonly appArgs: readonly string[];
  readonly sparkProperties: Readonly<Record<string, string>>;
}

function requestIn(body: string): CreateRequest {
  const malformed = (why: string): never => {
    throw new Refused(400, `Malformed request: ${why}`);
  };
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(body) as Record<string, unknown>;
  } catch (error) {
    return malformed((error as Error).message);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return malformed("it is no JSON object");
  if (parsed["action"] === undefined) return malformed("the field action is missing");
  if (parsed["action"] !== "CreateSubmissionRequest") return malformed(`action must be CreateSubmissionRequest`);
  const unknown = Object.keys(parsed).filter((field) => !FIELDS.has(field));
  if (unknown.length > 0) return malformed(`unknown fields ${unknown.join(", ")}`);
  const { appResource, appArgs = [], sparkProperties, environmentVariables = {} } = parsed;
  if (typeof appResource !== "string" || appResource === "") return malformed("appResource must name the program's file");
  if (!Array.isArray(appArgs) || !appArgs.every((arg) => typeof arg === "string"))
    return malformed("appArgs must be a list of strings");
  if (!isTexts(sparkProperties)) return malformed("sparkProperties must be an object of strings");
  if (!isTexts(environmentVariables)) return malformed("environmentVariables must be an object of strings");
  // Spark's own clients send some of these.
  const own = Object.keys(environmentVariables).filter((name) => !name.startsWith("SPARK_"));
  if (own.length > 0)
    return malformed(`environmentVariables cannot be set for drivers (${own.join(", ")}): use settings or arguments`);
  return { appResource, appArgs: appArgs, sparkProperties };
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
}

function fileOf(resource: string): string {
  const remote = /^(?!file:)([a-z][\w+.-]*):/i.exec(resource);
  if (remote !== null)
    throw new Refused(
      400,
      `appResource must be a file that the master can read (file:/programs/report.ts), not one of ${remote[1]}:.`,
    );
  const file = resource.startsWith("file:") ? fileURLToPath(resource.replace(/^file:\/*/, "file:///")) : resource;
  if (!existsSync(file)) throw new Refused(400, `appResource: there is no file ${file} on the master's machine.`);
  return file;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > LONGEST_REQUEST) throw new Refused(413, `A request may have ${LONGEST_REQUEST} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}
