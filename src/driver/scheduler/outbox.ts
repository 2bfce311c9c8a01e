/** What both levels of the scheduler share while an event is handled: the time, the settings, and the commands so far. */
import type { ListenerEvent, ListenerEventType } from "../../events/listener-events";
import type { Command } from "./commands";
import type { SchedulerConfig } from "./config";

export class Outbox {
  now = 0;
  #commands: Command[] = [];
  #nextWake = Infinity;

  constructor(
    readonly config: SchedulerConfig,
    readonly wants: (type: ListenerEventType) => boolean,
  ) {}

  push(command: Command): void {
    this.#commands.push(command);
  }

  /** Callers on hot paths ask `wants` before they make the event. */
  emit(event: ListenerEvent): void {
    if (this.wants(event.type)) this.#commands.push({ type: "Emit", event });
  }

  warn(message: string): void {
    this.#commands.push({ type: "Warn", message });
  }

  /** Asks to be called at `time` unless an earlier call is due anyway: whoever needs a later one asks again then. */
  wakeAt(time: number): void {
    if (time >= this.#nextWake || time === Infinity) return;
    this.#nextWake = time;
    this.#commands.push({ type: "WakeAt", time });
  }

  /** True when the time asked for has come; from then on nothing is asked for. */
  takeDue(): boolean {
    if (this.now < this.#nextWake) return false;
    this.#nextWake = Infinity;
    return true;
  }

  /** Forgets what was asked for, so that all deadlines are asked for afresh. */
  resetWake(): void {
    this.#nextWake = Infinity;
  }

  take(): Command[] {
    const commands = this.#commands;
    this.#commands = [];
    return commands;
  }
}
