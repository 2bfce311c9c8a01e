import fc from "fast-check";
import {
  addMonthsToDays,
  addToTimestamp,
  civilFromDays,
  dateText,
  dayOfYear,
  daysFromCivil,
  fromLocal,
  isoWeek,
  isoWeekday,
  localText,
  makeDays,
  microsOfSecond,
  parseDate,
  parseTime,
  parseTimestamp,
  parseTimestampNtz,
  secondsOf,
  sessionZone,
  timeText,
  timestampText,
  toLocal,
} from "../../../src/dataframe/types/datetime";
import { add, multiply, normalize } from "../../../src/dataframe/types/exact";
import { timeZone, utc } from "../../../src/dataframe/types/time-zone";

const day = fc.integer({ min: -8.64e7, max: 8.64e7 });

test("fields of days are those of Date", () => {
  fc.assert(
    fc.property(day, (days) => {
      const date = new Date(days * 86400000);
      const { year, month, day: ofMonth } = civilFromDays(days);
      expect([year, month, ofMonth]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
      expect(daysFromCivil(year, month, ofMonth)).toBe(days);
      expect(makeDays(year, month, ofMonth)).toBe(days);
      expect(isoWeekday(days) % 7).toBe(date.getUTCDay());
      expect(dayOfYear(days)).toBe((date.getTime() - new Date(date).setUTCMonth(0, 1)) / 86400000 + 1);
      expect(parseDate(dateText(days))).toBe(days);
    }),
  );
});

test("weeks follow ISO", () => {
  const of = (text: string): string => Object.values(isoWeek(parseDate(text)!)).join("-");
  expect(["2008-12-29", "2009-12-31", "2010-01-03", "2010-01-04", "2020-12-31"].map(of)).toEqual([
    "2009-1",
    "2009-53",
    "2009-53",
    "2010-1",
    "2020-53",
  ]);
});

test("months end where they end", () => {
  const move = (text: string, months: number): string => dateText(addMonthsToDays(parseDate(text)!, months));
  expect([move("2020-01-31", 1), move("2020-02-29", 12), move("2020-03-31", -1), move("2020-12-15", 1)]).toEqual([
    "2020-02-29",
    "2021-02-28",
    "2020-02-29",
    "2021-01-15",
  ]);
});

test("seconds and microseconds of all 64 bits", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (micros) => {
      const value = normalize(micros);
      expect(BigInt(secondsOf(value)) * 1000000n + BigInt(microsOfSecond(value))).toBe(micros);
      expect(microsOfSecond(value)).toBeGreaterThanOrEqual(0);
    }),
  );
});

describe("zones", () => {
  const names = [
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
  ];

  test.each(names)("%s has the offsets that Intl gives", (name) => {
    const zone = timeZone(name)!;
    const format = new Intl.DateTimeFormat("sv", { timeZone: name, dateStyle: "short", timeStyle: "medium" });
    fc.assert(
      fc.property(fc.integer({ min: -2_208_988_800, max: 7_258_118_400 }), (instant) => {
        const local = new Date((instant + zone.offsetAt(instant)) * 1000).toISOString();
        expect(local.slice(0, 19).replace("T", " ")).toBe(format.format(instant * 1000));
      }),
      { numRuns: 200 },
    );
  });

  test.each(names)("local times of %s come back where they exist", (name) => {
    const zone = timeZone(name)!;
    fc.assert(
      fc.property(fc.integer({ min: -2_208_988_800, max: 17_258_118_400 }), (instant) => {
        const local = toLocal(instant * 1e6, zone);
        const back = fromLocal(local, zone);
        expect(toLocal(back, zone)).toBe(local);
      }),
      { numRuns: 200 },
    );
  });

  test("gaps move on, overlaps take the first", () => {
    const zone = timeZone("America/Los_Angeles")!;
    const at = (text: string): string => timestampText(fromLocal(parseTimestampNtz(text)!, zone), utc);
    expect(at("2020-03-08 02:30:00")).toBe("2020-03-08 10:30:00");
    expect(at("2020-11-01 01:30:00")).toBe("2020-11-01 08:30:00");
  });

  test("local mean time before there were zones", () => {
    expect(timeZone("America/Los_Angeles")!.offsetAt(-1e10)).toBe(-28378);
  });

  test("rules go on beyond the table", () => {
    const zone = timeZone("Europe/Paris")!;
    expect(zone.offsetAt(Date.UTC(9999, 6, 1) / 1000)).toBe(7200);
    expect(zone.offsetAt(Date.UTC(9999, 0, 1) / 1000)).toBe(3600);
  });

  test.each([
    ["+08:00", 28800],
    ["-8", -28800],
    ["+0830", 30600],
    ["+8:5", 29100],
    ["UTC+1", 3600],
    ["GMT-03:30", -12600],
    ["Z", 0],
    ["EST", -18000],
    ["Etc/UTC", 0],
    ["+18:00", 64800],
  ])("%s is an offset", (id, offset) => {
    expect(timeZone(id)?.fixed).toBe(offset);
  });

  test.each(["", "+19:00", "+08:60", "Foo", "Europe/Nowhere", "europe/paris", "utc+", "+0:0:0"])("%j is no zone", (id) => {
    expect(timeZone(id)).toBeNull();
  });
});

describe("text", () => {
  const zone = sessionZone("America/Los_Angeles");
  const now = Date.UTC(2024, 4, 5, 12) * 1000;
  const timestamp = (text: string): string | null => {
    const micros = parseTimestamp(text, zone, now);
    return micros === null ? null : timestampText(micros, zone);
  };

  test.each([
    ["2020", "2020-01-01 00:00:00"],
    ["2020-2", "2020-02-01 00:00:00"],
    [" 2020-2-3 ", "2020-02-03 00:00:00"],
    ["2020-02-03 4", "2020-02-03 04:00:00"],
    ["2020-02-03T4:5:6.789", "2020-02-03 04:05:06.789"],
    ["2020-02-03 04:05:06.1234567", "2020-02-03 04:05:06.123456"],
    ["2020-02-03 04:05:06Z", "2020-02-02 20:05:06"],
    ["2020-02-03 04:05:06 Europe/Paris", "2020-02-02 19:05:06"],
    ["12:30", "2024-05-05 12:30:00"],
    ["T1:2:3", "2024-05-05 01:02:03"],
    ["+12345-01-01", "+12345-01-01 00:00:00"],
  ])("%j is a timestamp", (text, expected) => {
    expect(timestamp(text)).toBe(expected);
  });

  test.each([
    "",
    "20",
    "2020-13",
    "2020-02-30",
    "2020-01-01 25",
    "2020-01-01 12:60",
    "2020-01-01x",
    "2020-01-01 12:30Z",
    "12",
    "epoch",
  ])("%j is none", (text) => {
    expect(timestamp(text)).toBeNull();
  });

  test.each([
    ["12:30", "12:30:00"],
    ["1:2:3.000001", "01:02:03.000001"],
    ["12:30 AM", "00:30:00"],
    ["12:30:15pm", "12:30:15"],
  ])("%j is a time", (text, expected) => {
    expect(timeText(parseTime(text)!)).toBe(expected);
  });

  test("timestamps print what reads back", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (micros) => {
        expect(parseTimestampNtz(localText(normalize(micros)))).toBe(normalize(micros));
      }),
    );
  });
});

test("days of a zone may be 23 hours long", () => {
  const zone = timeZone("America/Los_Angeles")!;
  const start = parseTimestamp("2020-03-07 12:00:00", zone, 0)!;
  expect(timestampText(addToTimestamp(start, 0, 1, 0, zone), zone)).toBe("2020-03-08 12:00:00");
  expect(timestampText(add(start, multiply(86400, 1000000)), zone)).toBe("2020-03-08 13:00:00");
});
