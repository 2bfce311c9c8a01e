/**
 * Offsets of time zones at instants and local times. Zones come from Intl, whose answers are kept in a table of 12-day
 * chunks a zone, filled as they are asked for: a lookup is then one load and one comparison.
 *
 * Local times follow Java: in an overlap the offset before the transition counts, in a gap the local time moves on by the
 * gap's length.
 */

/** Seconds east of UTC; instants and local times are in seconds since 1970-01-01T00:00:00. */
export interface TimeZone {
  /** As the user named it. */
  readonly id: string;
  /** The offset where it never changes, else null. */
  readonly fixed: number | null;
  offsetAt(instant: number): number;
  offsetOfLocal(local: number): number;
}

class FixedZone implements TimeZone {
  constructor(
    readonly id: string,
    readonly fixed: number,
  ) {}

  offsetAt(): number {
    return this.fixed;
  }

  offsetOfLocal(): number {
    return this.fixed;
  }
}

const chunkSeconds = 2 ** 20;
/** 1800-01-01, before which zones have their local mean time. */
const tableStart = -5364662400;
const daySeconds = 86400;
/** 400 years, after which the calendar and the weekdays repeat. */
const cycleSeconds = 146097 * daySeconds;
/** 2500-01-01: later instants are looked up whole cycles earlier. */
const tableEnd = 16725225600;
const chunkCount = Math.ceil((tableEnd - tableStart) / chunkSeconds);
const unknown = 0x7fffffff;

class RegionZone implements TimeZone {
  readonly fixed = null;
  readonly #format: Intl.DateTimeFormat;
  /** Offset at a chunk's start; `unknown` where not asked for yet. */
  readonly #before: Int32Array = new Int32Array(chunkCount + 1).fill(unknown);
  readonly #after: Int32Array = new Int32Array(chunkCount + 1);
  /** Second in the chunk from which `after` holds. */
  readonly #change: Int32Array = new Int32Array(chunkCount + 1);

  constructor(
    readonly id: string,
    region: string,
  ) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: region,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  offsetAt(instant: number): number {
    let at = instant;
    if (at < tableStart) at = tableStart;
    else if (at >= tableEnd) at -= Math.ceil((at - tableEnd + 1) / cycleSeconds) * cycleSeconds;
    const from = at - tableStart;
    const chunk = Math.floor(from / chunkSeconds);
    let before = this.#before[chunk]!;
    if (before === unknown) before = this.#fill(chunk);
    return from - chunk * chunkSeconds < this.#change[chunk]! ? before : this.#after[chunk]!;
  }

  offsetOfLocal(local: number): number {
    const earlier = this.offsetAt(local - daySeconds);
    const later = this.offsetAt(local + daySeconds);
    if (earlier === later || this.offsetAt(local - earlier) === earlier) return earlier;
    return this.offsetAt(local - later) === later ? later : earlier;
  }

  #fill(chunk: number): number {
    const start = tableStart + chunk * chunkSeconds;
    const before = this.#probe(start);
    const after = this.#probe(start + chunkSeconds - 1);
    let low = 0;
    let high = chunkSeconds;
    if (before !== after) {
      high -= 1;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (this.#probe(start + middle) === before) low = middle;
        else high = middle;
      }
    }
    this.#change[chunk] = high;
    this.#after[chunk] = after;
    this.#before[chunk] = before;
    return before;
  }

  #probe(instant: number): number {
    const match = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/.exec(this.#format.format(instant * 1000))!;
    const local = Date.UTC(
      Number(match[3]),
      Number(match[1]) - 1,
      Number(match[2]),
      Number(match[4]),
      Number(match[5]),
      Number(match[6]),
    );
    return local / 1000 - instant;
  }
}

/** Java's three-letter names. */
const shortIds: Readonly<Record<string, string>> = {
  ACT: "Australia/Darwin",
  AET: "Australia/Sydney",
  AGT: "America/Argentina/Buenos_Aires",
  ART: "Africa/Cairo",
  AST: "America/Anchorage",
  BET: "America/Sao_Paulo",
  BST: "Asia/Dhaka",
  CAT: "Africa/Harare",
  CNT: "America/St_Johns",
  CST: "America/Chicago",
  CTT: "Asia/Shanghai",
  EAT: "Africa/Addis_Ababa",
  ECT: "Europe/Paris",
  EST: "-05:00",
  HST: "-10:00",
  IET: "America/Indiana/Indianapolis",
  IST: "Asia/Kolkata",
  JST: "Asia/Tokyo",
  MIT: "Pacific/Apia",
  MST: "-07:00",
  NET: "Asia/Yerevan",
  NST: "Pacific/Auckland",
  PLT: "Asia/Karachi",
  PNT: "America/Phoenix",
  PRT: "America/Puerto_Rico",
  PST: "America/Los_Angeles",
  SST: "Pacific/Guadalcanal",
  VST: "Asia/Ho_Chi_Minh",
};

const zones = new Map<string, TimeZone | null>();

export const utc: TimeZone = new FixedZone("UTC", 0);

/** The zone of a name or offset in Java's forms; null where there is none. */
export function timeZone(id: string): TimeZone | null {
  let zone = zones.get(id);
  if (zone === undefined) {
    zone = makeZone(id);
    if (zones.size < 10_000) zones.set(id, zone);
  }
  return zone;
}

function makeZone(id: string): TimeZone | null {
  const padded = id.replace(/([+-])(\d):/, "$10$2:").replace(/([+-]\d\d):(\d)$/, "$1:0$2");
  const name = Object.hasOwn(shortIds, padded) ? shortIds[padded]! : padded;
  if (name === "Z" || name === "UTC" || name === "GMT" || name === "UT") return new FixedZone(id, 0);
  const prefixed = /^(?:UTC|GMT|UT)([+-].*)$/.exec(name);
  const offset = parseOffset(prefixed?.[1] ?? name);
  if (offset !== null) return new FixedZone(id, offset);
  if (prefixed !== null || !/^[A-Za-z][A-Za-z0-9~/._+-]+$/.test(name)) return null;
  const known = regionNames.get(name);
  if (known === undefined) return null;
  return known === null ? new FixedZone(id, 0) : new RegionZone(id, known);
}

/** How the words of names are spelled. */
const WORD_OF_ZONE =
  /^(?:|[A-Z][a-z]*|[A-Z]*[+]?\d*[A-Z]*|of|es|au|DumontDUrville|McMurdo|ComodRivadavia|BajaNorte|BajaSur|DeNoronha)$/;

/** Java tells names of zones apart by case; Intl does not, and lists only some of its names. */
const regionNames = {
  get(name: string): string | null | undefined {
    if (/^Etc\/(UTC|GMT|UCT|Zulu|Universal|Greenwich|GMT[+-]?0)$|^(Zulu|Universal|UCT|Greenwich|GMT0)$/.test(name)) return null;
    if (!/^[A-Z]/.test(name)) return undefined;
    if (!name.split(/[/_-]/).every((part) => WORD_OF_ZONE.test(part))) return undefined;
    try {
      const { timeZone: known } = new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions();
      return known.toLowerCase() === name.toLowerCase() && known !== name ? undefined : name;
    } catch {
      return undefined;
    }
  },
};

/** Seconds of "+h", "+hh", "+hh:mm", "+hhmm", "+hh:mm:ss", "+hhmmss" up to 18 hours; null for other text. */
function parseOffset(text: string): number | null {
  const match = /^([+-])(?:(\d)|(\d\d)(?::?(\d\d))?|(\d\d):(\d\d):(\d\d)|(\d\d)(\d\d)(\d\d))$/.exec(text);
  if (match === null) return null;
  const hours = Number(match[2] ?? match[3] ?? match[5] ?? match[8]);
  const minutes = Number(match[4] ?? match[6] ?? match[9] ?? 0);
  const seconds = Number(match[7] ?? match[10] ?? 0);
  const total = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || total > 64800) return null;
  return match[1] === "-" ? (total === 0 ? 0 : -total) : total;
}

/** "+08:00", "-07:52:58", or "Z" for none. */
export function offsetText(offset: number, zero = "Z"): string {
  if (offset === 0) return zero;
  const total = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, "0");
  const seconds = total % 60;
  return (
    `${offset < 0 ? "-" : "+"}${two(Math.floor(total / 3600))}:${two(Math.floor(total / 60) % 60)}` +
    (seconds === 0 ? "" : `:${two(seconds)}`)
  );
}
