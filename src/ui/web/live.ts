/** Notices of change from the server: one event stream a page, topics to whoever shows them. */
import type { ChangeNotice, Topic } from "../api-types";

export type Connection = "connecting" | "open" | "lost" | "none";

type Listener = () => void;

class Live {
  private readonly listeners = new Map<Topic, Set<Listener>>();
  private readonly watchers = new Set<Listener>();
  private source: EventSource | undefined;
  connection: Connection = "none";

  /** Follows the changes of an application, or of the daemon itself; again with another address replaces the first. */
  connect(application: string | undefined): void {
    this.source?.close();
    this.set("connecting");
    const query = application === undefined ? "" : `?application=${encodeURIComponent(application)}`;
    const source = new EventSource(`api/firesteel/v1/events${query}`);
    this.source = source;
    source.onopen = () => {
      const again = this.connection === "lost";
      this.set("open");
      // What changed meanwhile is not told again.
      if (again) for (const topic of this.listeners.keys()) this.tell(topic);
    };
    source.onerror = () => this.set("lost");
    source.onmessage = (message) => this.tell((JSON.parse(message.data as string) as ChangeNotice).topic);
  }

  disconnect(): void {
    this.source?.close();
    this.source = undefined;
    this.set("none");
  }

  on(topics: readonly Topic[], listener: Listener): () => void {
    for (const topic of topics) {
      const known = this.listeners.get(topic) ?? new Set();
      known.add(listener);
      this.listeners.set(topic, known);
    }
    return () => {
      for (const topic of topics) this.listeners.get(topic)?.delete(listener);
    };
  }

  watch(watcher: Listener): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  private tell(topic: Topic): void {
    for (const listener of this.listeners.get(topic) ?? []) listener();
  }

  private set(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    for (const watcher of this.watchers) watcher();
  }
}

export const live = new Live();
