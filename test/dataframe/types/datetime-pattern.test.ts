import fc from "fast-check";
import { localText, parseTimestampNtz, sessionZone } from "../../../src/dataframe/types/datetime";
import { localOfFields, ParseFault } from "../../../src/dataframe/types/datetime-pattern/parse";
import { PatternFault } from "../../../src/dataframe/types/datetime-pattern/parts";
import { dateTimePattern } from "../../../src/dataframe/types/datetime-pattern/pattern";
import { legacyPattern } from "../../../src/dataframe/types/legacy-pattern";

const zone = sessionZone("America/Los_Angeles");
const local = parseTimestampNtz("2020-07-04 15:04:05.067891")!;

test.each([
  ["yyyy-MM-dd HH:mm:ss.SSSSSS", "2020-07-04 15:04:05.067891"],
  ["y yy yyyyy", "2020 20 02020"],
  ["M MM MMM MMMM L LLLL", "7 07 Jul July 7 July"],
  ["E EEEE", "Sat Saturday"],
  ["Q QQ QQQ QQQQ q", "3 03 Q3 3rd quarter 3"],
  ["D DDD F", "186 186 4"],
  ["h hh K k a", "3 03 3 15 PM"],
  ["G GGGG", "AD Anno Domini"],
  ["VV z zzzz", "America/Los_Angeles PDT Pacific Daylight Time"],
  ["O OOOO X XX XXX x Z ZZZZ ZZZZZ", "GMT-7 GMT-07:00 -07 -0700 -07:00 -07 -0700 GMT-07:00 -07:00"],
  ["yyyy'T''x'[ dd]''", "2020T'x 04'"],
  ["", ""],
])("%j prints", (pattern, expected) => {
  expect(dateTimePattern(pattern, "format").format(local, zone, -25200)).toBe(expected);
});

test.each([
  ["yyyyMMdd", "20200131", "2020-01-31 00:00:00"],
  ["yyyyMMddHHmmss", "20200131123456", "2020-01-31 12:34:56"],
  ["yy", "99", "2099-01-01 00:00:00"],
  ["y-M-d", "2020-1-5", "2020-01-05 00:00:00"],
  ["MMM d yyyy", "jan 5 2020", "2020-01-05 00:00:00"],
  ["hh:mm a", "12:30 AM", "1970-01-01 00:30:00"],
  ["HH:mm:ss.SSSSSS", "01:02:03.4", "1970-01-01 01:02:03.4"],
  ["yyyy-DDD", "2020-366", "2020-12-31 00:00:00"],
  ["yyyy-MM-dd[ HH]", "2020-01-05", "2020-01-05 00:00:00"],
  ["y G", "44 BC", "-0043-01-01 00:00:00"],
  ["yyyy-MM-dd", "+12345-01-02", "+12345-01-02 00:00:00"],
])("%j reads %j", (pattern, text, expected) => {
  expect(localText(localOfFields(dateTimePattern(pattern, "parse").parse(text)))).toBe(expected);
});

test.each([
  ["yyyy-MM-dd HH:mm:ss z", "2020-01-05 12:00:00 PST", -28800],
  ["yyyy-MM-dd HH:mm:ss VV", "2020-01-05 12:00:00 Europe/Paris", 3600],
  ["yyyy-MM-dd HH:mm:ss XXX", "2020-01-05 12:00:00 +08:30", 30600],
  ["yyyy-MM-dd HH:mm:ss O", "2020-01-05 12:00:00 GMT-3", -10800],
  ["yyyy-MM-dd HH:mm:ss X", "2020-01-05 12:00:00 Z", 0],
  ["zzzz", "Pacific Standard Time", -28800],
])("%j reads the zone of %j", (pattern, text, offset) => {
  expect(dateTimePattern(pattern, "parse").parse(text).zone?.offsetAt(1578225600)).toBe(offset);
});

test.each([
  ["yyyy", "20"],
  ["yyyy", "12345"],
  ["yyyy-MM-dd", "2020-13-01"],
  ["yyyy-MM-dd", "2020-02-30"],
  ["yyyy-MM-dd", "2020-01-01 "],
  ["HH a", "13 AM"],
  ["MM-DDD", "11-365"],
  ["DDD", "366"],
])("%j does not read %j", (pattern, text) => {
  expect(() => dateTimePattern(pattern, "parse").parse(text)).toThrow(ParseFault);
});

test.each([
  ["A", "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER"],
  ["q", "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER"],
  ["e", "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN"],
  ["YYYY", "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"],
  ["MMMMM", "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"],
  ["{y}", "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION"],
  ["'y", "INVALID_DATETIME_PATTERN.WITH_SUGGESTION"],
  ["i", "INVALID_DATETIME_PATTERN.WITH_SUGGESTION"],
])("%j is refused", (pattern, errorClass) => {
  let fault: unknown;
  try {
    dateTimePattern(pattern, "parse");
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(PatternFault);
  expect((fault as PatternFault).errorClass).toBe(errorClass);
});

test("patterns as before Spark 3", () => {
  const legacy = legacyPattern("u F w W Y D E G S SSSS y yy '['");
  expect(legacy.format(parseTimestampNtz("2020-01-02 03:04:05.123456")!, zone, -28800)).toBe(
    "4 1 1 1 2020 2 Thu AD 123 0123 2020 20 [",
  );
  const read = (pattern: string, text: string): string => localText(localOfFields(legacyPattern(pattern).parse(text)));
  expect(read("yyyy-MM-dd HH:mm", "2020-1-2 3:4")).toBe("2020-01-02 03:04:00");
  expect(read("yyyy-MM-dd", "2020-01-02abc")).toBe("2020-01-02 00:00:00");
  expect(read("ss.SSS", "01.5")).toBe("1970-01-01 00:00:01.005");
  expect(() => legacyPattern("yyyy-MM-dd").parse("2020-13-45")).toThrow(ParseFault);
});

test("fields at fixed places print as the same ones in an optional part", () => {
  const pieces = ["yyyy", "yyy", "MM", "dd", "HH", "kk", "hh", "mm", "ss", "SSS", "SSSSSS", "DDD", "-", "'T'", "'é'"];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 8 }),
      fc.oneof(
        fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 }),
        fc.constant(4e17 / 16),
      ),
      (chosen, micros) => {
        const text = chosen.join("':'");
        const [fixed, general] = [text, `[${text}]`].map((pattern) => dateTimePattern(pattern, "format"));
        expect(fixed!.format(micros, zone, 0)).toBe(general!.format(micros, zone, 0));
      },
    ),
  );
});
