/**
 * Notices of change from the server: one event stream a page, topics to whoever shows them. A page that nobody sees gives its
 * stream back, as a browser keeps no more than six connections to a server, for all of its tabs together.
 */
import type { ChangeNotice, Topic } from "../api-types";

export type Connection = "connecting" | "open" | "lost" | "none";

type Listener = () => void;

/** A page that is hidden for so long lets go of its stream, ms. */
const HIDDEN = 5000;

class Live {
  private readonly listeners = new Map<Topic, Set<Listener>>();
  private readonly watchers = new Set<Listener>();
  private source: EventSource | undefined;
  /** What `connect` was told; undefined when nothing is to be followed. */
  private following: { readonly application: string | undefined } | undefined;
  private hiding: ReturnType<typeof setTimeout> | undefined;
  connection: Connection = "none";

  constructor() {
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.hiding);
      if (this.following === undefined) return;
      if (!document.hidden) {
        if (this.source === undefined) this.open();
      } else
        this.hiding = setTimeout(() => {
          this.source?.close();
          this.source = undefined;
        }, HIDDEN);
    });
  }

  /** Follows the changes of an application, or of the daemon itself; again with another address replaces the first. */
  connect(application: string | undefined): void {
    this.following = { application };
    this.set("connecting");
    this.open();
  }

  disconnect(): void {
    this.following = undefined;
    this.source?.close();
    this.source = undefined;
    this.set("none");
  }

  private open(): void {
    this.source?.close();
    const application = this.following?.application;
    const query = application === undefined ? "" : `?application=${encodeURIComponent(application)}`;
    const source = new EventSource(`api/firesteel/v1/events${query}`);
    this.source = source;
    const again = this.connection !== "connecting";
    let lost = false;
    source.onopen = () => {
      this.set("open");
      // What changed meanwhile is not told again.
      if (again || lost) for (const topic of this.listeners.keys()) this.tell(topic);
      lost = false;
    };
    source.onerror = () => {
      lost = true;
      this.set("lost");
    };
    source.onmessage = (message) => this.tell((JSON.parse(message.data as string) as ChangeNotice).topic);
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
