/** The machine's time zone, which sessions have until they are given another. */
import { readlinkSync } from "node:fs";

let zone: { readonly of: string | undefined; readonly name: string } | undefined;

/** Only the variable TZ changes it. */
export function zoneOfMachine(): string {
  const of = process.env["TZ"];
  if (zone?.of !== of || zone === undefined) zone = { of, name: zoneByFile(of) ?? zoneByIntl() };
  return zone.name;
}

const REGION = /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\/[A-Z][A-Za-z_/-]+$/;

/**
 * The zone that /etc/localtime names, as Java finds it; undefined where that takes more. Asking Intl takes 30 ms the first
 * time (it loads what it knows of languages), a tenth of the start of a small query.
 */
function zoneByFile(variable: string | undefined): string | undefined {
  if (variable !== undefined) return variable === "UTC" ? variable : undefined;
  try {
    const name = /\/zoneinfo\/(.+)$/.exec(readlinkSync("/etc/localtime"))?.[1] ?? "";
    if (name === "UTC" || name === "Etc/UTC") return "UTC";
    return REGION.test(name) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** A variable TZ that names no zone is taken for UTC, as by Java and by dates of JavaScript. */
function zoneByIntl(): string {
  const { timeZone }: { timeZone?: string } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone === undefined || timeZone === "Etc/Unknown" ? "UTC" : timeZone;
}
