/**
 * Server-sent events: tells pages which topics have changed, at most four times a second each. A page that cannot keep up
 * misses notices, not changes: a notice says only that there is something new.
 */
import type { ServerResponse } from "node:http";
import type { ChangeNotice, Topic } from "../api-types";

const INTERVAL_MS = 250;
/** Comments keep proxies from closing a stream on which nothing happens. */
const KEEP_ALIVE_MS = 15_000;
/** Pages that may listen at once. */
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

interface Listener {
  readonly response: ServerResponse;
  readonly source: Versions;
  readonly sent: Map<Topic, number>;
}

export class ChangeStream {
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #lastWrite = 0;

  get size(): number {
    return this.#listeners.size;
  }

  /** False when there are too many. The stream begins with what is so now: nothing is told until it changes. */
  add(response: ServerResponse, source: Versions): boolean {
    if (this.#listeners.size >= MOST_LISTENERS) return false;
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    response.write(": changes\nretry: 2000\n\n");
    const listener: Listener = { response, source, sent: new Map(TOPICS.map((topic) => [topic, source.version(topic)])) };
    this.#listeners.add(listener);
    response.on("close", () => this.#remove(listener));
    this.#timer ??= setInterval(() => this.#tell(), INTERVAL_MS).unref();
    return true;
  }

  close(): void {
    for (const { response } of this.#listeners) response.end();
    this.#listeners.clear();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #remove(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    const now = Date.now();
    const idle = now - this.#lastWrite > KEEP_ALIVE_MS;
    for (const { response, source, sent } of this.#listeners) {
      if (response.writableNeedDrain) continue;
      let text = "";
      for (const topic of TOPICS) {
        const version = source.version(topic);
        if (version === sent.get(topic)) continue;
        sent.set(topic, version);
        const notice: ChangeNotice = { topic, version };
        text += `data: ${JSON.stringify(notice)}\n\n`;
      }
      if (text === "" && idle) text = ": \n\n";
      if (text === "") continue;
      this.#lastWrite = now;
      response.write(text);
    }
  }
}
