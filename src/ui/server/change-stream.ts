/**
 * Tells those who listen which topics have changed, at most four times a second each: pages by server-sent events, programs by
 * websocket (`event-socket.ts`). One that cannot keep up misses notices, not changes: a notice says only that there is something new.
 */
import type { ServerResponse } from "node:http";
import type { ChangeNotice, Topic } from "../api-types";

const INTERVAL_MS = 250;
/** Comments keep proxies from closing a stream on which nothing happens. */
const KEEP_ALIVE_MS = 15_000;
/** Who may listen at once. */
const MOST_LISTENERS = 64;

export interface Versions {
  version(topic: Topic): number;
}

const TOPICS: readonly Topic[] = [
  "jobs",
  "stages",
  "tasks",
  "executors",
  "storage",
  "sql",
  "search",
  "environment",
  "profile",
  "cluster",
  "history",
];

export interface Listener {
  /** It has not taken what was sent before, and gets nothing more until it has. */
  readonly isBehind: boolean;
  tell(notices: readonly ChangeNotice[]): void;
  /** Sends what keeps the connection open while nothing happens. */
  keepAlive(): void;
  /** There will be no more. */
  end(): void;
}

interface Listening {
  readonly source: Versions;
  readonly sent: Map<Topic, number>;
}

export class ChangeStream {
  readonly #listeners = new Map<Listener, Listening>();
  #timer: NodeJS.Timeout | undefined;
  #lastWrite = 0;

  get size(): number {
    return this.#listeners.size;
  }

  get isFull(): boolean {
    return this.size >= MOST_LISTENERS;
  }

  /** From now on: nothing is told of what is so already. Not to be called when it is full. */
  add(listener: Listener, source: Versions): void {
    this.#listeners.set(listener, { source, sent: new Map(TOPICS.map((topic) => [topic, source.version(topic)])) });
    this.#timer ??= setInterval(() => this.#tell(), INTERVAL_MS).unref();
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.size === 0) this.#stop();
  }

  close(): void {
    for (const listener of this.#listeners.keys()) listener.end();
    this.#listeners.clear();
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    const now = Date.now();
    const idle = now - this.#lastWrite > KEEP_ALIVE_MS;
    for (const [listener, { source, sent }] of this.#listeners) {
      if (listener.isBehind) continue;
      const notices: ChangeNotice[] = [];
      for (const topic of TOPICS) {
        const version = source.version(topic);
        if (version === sent.get(topic)) continue;
        sent.set(topic, version);
        notices.push({ topic, version });
      }
      if (notices.length > 0) listener.tell(notices);
      else if (idle) listener.keepAlive();
      else continue;
      this.#lastWrite = now;
    }
  }
}

/** A page that listens by server-sent events. */
export class PageListener implements Listener {
  constructor(private readonly response: ServerResponse) {
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.write(": changes\nretry: 2000\n\n");
  }

  get isBehind(): boolean {
    return this.response.writableNeedDrain;
  }

  tell(notices: readonly ChangeNotice[]): void {
    this.response.write(notices.map((notice) => `data: ${JSON.stringify(notice)}\n\n`).join(""));
  }

  keepAlive(): void {
    this.response.write(": \n\n");
  }

  end(): void {
    this.response.end();
  }
}
