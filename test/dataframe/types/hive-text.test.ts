/** Values as spark-sql prints them. */
import { hiveText } from "../../../src/dataframe/types/hive-text";

test("years before the first and beyond 9999: of the era, or with a sign where java.time prints them", () => {
  // Days since 1970: in the year -44 (45 BC), and in the year 12345 or so.
  const caesar = -735_500;
  const far = 3_789_755;
  const signed = { timeZone: "UTC", signedYears: true };
  const era = { timeZone: "UTC" };
  expect(hiveText(caesar, { kind: "date" }, signed)).toMatch(/^-0044-/);
  expect(hiveText(caesar, { kind: "date" }, era)).toMatch(/^0045-/);
  expect(hiveText(far, { kind: "date" }, signed)).toMatch(/^\+12\d{3}-/);
  expect(hiveText(far, { kind: "date" }, era)).toMatch(/^12\d{3}-/);
});

test("day-time intervals print without what is smaller than their fields", () => {
  const era = { timeZone: "UTC" };
  const micros = 36 * 3_600_000_000 + 39_500_000;
  expect(hiveText(micros, { kind: "dayTimeInterval", start: 0, end: 0 }, era)).toBe("1 00:00:00.000000000");
  expect(hiveText(-micros, { kind: "dayTimeInterval", start: 1, end: 2 }, era)).toBe("-1 12:00:00.000000000");
  expect(hiveText(micros, { kind: "dayTimeInterval", start: 0, end: 3 }, era)).toBe("1 12:00:39.500000000");
});
