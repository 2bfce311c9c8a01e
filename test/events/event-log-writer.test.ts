import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setLogLevel } from "../../src/common/log";
import { EventLogWriter } from "../../src/events/event-log-writer";
import { ListenerBus } from "../../src/events/listener-bus";
import { SAMPLES } from "./samples";

describe("EventLogWriter", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "event-log-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const eventsIn = (path: string): unknown[] =>
    readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { Event: string }).Event);

  test("writes a line for every event from the bus, and takes .inprogress off at the end", async () => {
    const bus = new ListenerBus();
    const log = new EventLogWriter({ directory: pathToFileURL(join(directory, "deep")).href, applicationId: "app-1" });
    bus.addListener(log);
    for (const event of Object.values(SAMPLES)) bus.post(event);
    await bus.flush();
    expect(log.path).toBe(join(directory, "deep/app-1"));
    expect(existsSync(log.path)).toBe(false);
    log.close();
    const events = eventsIn(log.path);
    // Its own header; neither heartbeats, nor block updates, nor progress of queries.
    expect(events[0]).toBe("SparkListenerLogStart");
    expect(events).toHaveLength(1 + Object.keys(SAMPLES).length - 3);
    expect(existsSync(`${log.path}.inprogress`)).toBe(false);
  });

  test("a log that is not closed can be read up to the last milestone", () => {
    const log = new EventLogWriter({ directory, applicationId: "app-2", logBlockUpdates: true });
    log.onOther(SAMPLES.TaskStart);
    log.onOther(SAMPLES.BlockUpdated);
    log.onOther(SAMPLES.StageCompleted);
    log.onOther(SAMPLES.TaskEnd);
    expect(eventsIn(`${log.path}.inprogress`)).toEqual([
      "SparkListenerLogStart",
      "SparkListenerTaskStart",
      "SparkListenerBlockUpdated",
      "SparkListenerStageCompleted",
    ]);
    log.flush();
    expect(eventsIn(`${log.path}.inprogress`)).toHaveLength(5);
    log.close();
    log.close();
    log.onOther(SAMPLES.TaskEnd);
    expect(eventsIn(log.path)).toHaveLength(5);
  });

  test("a directory that cannot be written is a DataError that names it", () => {
    const file = join(directory, "file");
    writeFileSync(file, "");
    expect(() => new EventLogWriter({ directory: file, applicationId: "app-3" })).toThrow(
      /\[EVENT_LOG_NOT_WRITABLE\] The event log .*file\/app-3 cannot be written/,
    );
  });

  const onLinux = process.platform === "linux" ? test : test.skip;
  onLinux("on a full disk the log ends and nothing else does", () => {
    symlinkSync("/dev/full", join(directory, "app-4.inprogress"));
    setLogLevel("OFF");
    const log = new EventLogWriter({ directory, applicationId: "app-4" });
    log.onOther(SAMPLES.StageCompleted);
    log.close();
    setLogLevel("WARN");
    expect(existsSync(log.path)).toBe(false);
  });
});
