/**
 * JSON text of plain data for comparing and as a key. JSON.stringify writes null for NaN and infinities, 0 for -0, and takes no bigint;
 * here values that differ have texts that differ.
 *
 * @param leavesOut keys whose values do not count
 */
export function exactJson(data: unknown, leavesOut: (key: string) => boolean = () => false): string | undefined {
  return JSON.stringify(data, (key, value: unknown) => {
    if (leavesOut(key)) return undefined;
    if (typeof value === "bigint") return { bigint: `${value}` };
    if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) return { number: Object.is(value, -0) ? "-0" : `${value}` }; // prettier-ignore
    return value;
  });
}
