/**
 * `/eventstream`, where Dask's scheduler has it: a websocket for programs, one JSON object with a `name` a message. `add_worker` and `remove_worker`
 * are Dask's, and so are the `transition`s of tasks that end; `changed` is the notice that pages get as server-sent events. `{"name": "ping"}` is
 * answered with `pong`.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { unreachable } from "../../common/errors";
import type { TaskAction, TaskStreamRecord } from "../../events/diagnostics";
import type { ChangeNotice } from "../api-types";
import { ColourKeeper, LIGHT } from "../web/lib/palette";
import type { ChangeStream, Listener, Versions } from "./change-stream";

export const EVENT_SOCKET_PATH = "/eventstream";

/** What is observed by sockets. */
export interface Observed {
  readonly versions: Versions;
  /** Addresses of those that work for the application now. */
  workers(): readonly string[];
  /** Calls `listener` with each task that ends, until what this gives is called. */
  onTask(listener: (task: TaskStreamRecord) => void): () => void;
}

/** Bytes that wait for a slow reader before it is told nothing more. */
const MOST_WAITING = 16_384;
/** Bytes of a message that comes in. */
const MOST_PAYLOAD = 4096;
// Codes of RFC 6455, section 7.4.1, and of its registry.
const GOING_AWAY = 1001;
const NOT_UNDERSTOOD = 1008;
const TRY_AGAIN_LATER = 1013;

export class EventSockets {
  // Pings are answered below: by itself the package answers each, whether or not the other end reads.
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MOST_PAYLOAD,
    perMessageDeflate: false,
    autoPong: false,
  });

  constructor(private readonly changes: ChangeStream) {}

  /** Takes over the connection of a request that was admitted; one that is no proper handshake is answered with 400. */
  accept(request: IncomingMessage, connection: Duplex, head: Buffer, observed: Observed): void {
    this.#server.handleUpgrade(request, connection, head, (socket) => {
      if (this.changes.isFull) return socket.close(TRY_AGAIN_LATER, "Too many listen already.");
      const listener = new SocketListener(socket, observed);
      socket.on("close", () => this.changes.remove(listener));
      this.changes.add(listener, observed.versions);
    });
  }
}

class SocketListener implements Listener {
  #workers: ReadonlySet<string> = new Set();
  readonly #colours = new ColourKeeper(LIGHT.categories.length);

  constructor(
    private readonly socket: WebSocket,
    private readonly observed: Observed,
  ) {
    // What breaks the protocol closes the socket, which is told besides.
    socket.on("error", () => undefined);
    socket.on("ping", (data) => {
      if (!this.isBehind) socket.pong(data);
    });
    socket.on("message", (data, isBinary) => this.#message(data, isBinary));
    socket.on(
      "close",
      observed.onTask((task) => this.#transition(task)),
    );
    this.#tellWorkers();
  }

  get isBehind(): boolean {
    return this.socket.bufferedAmount > MOST_WAITING;
  }

  tell(notices: readonly ChangeNotice[]): void {
    for (const notice of notices) {
      if (notice.topic === "executors") this.#tellWorkers();
      this.#send("changed", { ...notice });
    }
  }

  keepAlive(): void {
    this.socket.ping();
  }

  end(): void {
    this.socket.close(GOING_AWAY, "The application has ended.");
  }

  #tellWorkers(): void {
    const now = new Set(this.observed.workers());
    for (const worker of this.#workers) if (!now.has(worker)) this.#send("remove_worker", { worker });
    for (const worker of now) if (!this.#workers.has(worker)) this.#send("add_worker", { worker });
    this.#workers = now;
  }

  /** As Dask's, a message for each thing that the task's time went into. */
  #transition(task: TaskStreamRecord): void {
    for (const startstop of task.startstops) {
      if (this.isBehind) return;
      this.#send("transition", { ...task, color: this.#colourOf(task, startstop.action), ...startstop });
    }
  }

  #colourOf({ status, task }: TaskStreamRecord, action: TaskAction): string {
    if (action === "compute" && status !== "OK") return status === "error" ? LIGHT.error : LIGHT.killed;
    const { transfer, disk, serialise, categories } = LIGHT;
    switch (action) {
      case "transfer":
        return transfer;
      case "disk-write":
        return disk;
      case "deserialize":
        return serialise;
      case "compute":
        return categories[this.#colours.index(task)]!;
      default:
        return unreachable(action);
    }
  }

  #message(data: RawData, isBinary: boolean): void {
    let name: unknown;
    try {
      // One buffer: the binary type of a server's socket.
      if (!isBinary) ({ name } = JSON.parse((data as Buffer).toString()) as { name?: unknown });
    } catch {
      // Left undefined, and said so.
    }
    if (typeof name !== "string") return this.socket.close(NOT_UNDERSTOOD, "Messages are JSON objects with a name.");
    if (name === "ping" && !this.isBehind) this.#send("pong", { timestamp: new Date().toISOString() });
  }

  #send(name: string, data: Readonly<Record<string, unknown>>): void {
    this.socket.send(JSON.stringify({ name, ...data }));
  }
}
