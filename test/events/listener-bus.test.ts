import { ListenerBus } from "../../src/events/listener-bus";
import { SparkListener } from "../../src/events/spark-listener";
import type { ListenerEvent, ListenerEventType } from "../../src/events/listener-events";
import { setLogLevel } from "../../src/common/log";

const START: ListenerEvent = { type: "ApplicationStart", appName: "a", appId: "app-1", time: 1, user: "u" };
const END: ListenerEvent = { type: "ApplicationEnd", time: 2 };
const UNPERSIST: ListenerEvent = { type: "UnpersistRDD", rddId: 3 };

describe("ListenerBus", () => {
  test("delivers in order, to every listener, not from within post", async () => {
    const bus = new ListenerBus();
    const seen: string[] = [];
    bus.addListener({ onApplicationStart: () => seen.push("1 start"), onApplicationEnd: () => seen.push("1 end") });
    bus.addListener({ onApplicationEnd: () => seen.push("2 end") });
    bus.post(START);
    bus.post(END);
    expect(seen).toEqual([]);
    await bus.flush();
    expect(seen).toEqual(["1 start", "1 end", "2 end"]);
  });

  test("who comes later hears nothing of what was posted before, though it is still to be delivered", async () => {
    const bus = new ListenerBus();
    const seen: string[] = [];
    bus.addListener({ onOther: ({ type }) => seen.push(`1 ${type}`) });
    bus.post(START);
    bus.addListener({ onOther: ({ type }) => seen.push(`2 ${type}`) });
    bus.post(UNPERSIST);
    await bus.flush();
    bus.post(END);
    await bus.flush();
    const one = ["1 ApplicationStart", "1 UnpersistRDD", "2 UnpersistRDD", "1 ApplicationEnd", "2 ApplicationEnd"];
    expect(seen).toEqual(one);
  });

  test("delivers soon without being asked to", async () => {
    const bus = new ListenerBus();
    const delivered = new Promise<ListenerEvent>((resolve) => bus.addListener({ onUnpersistRDD: resolve }));
    bus.post(UNPERSIST);
    await expect(delivered).resolves.toEqual(UNPERSIST);
  });

  test("wants only what somebody handles, methods of classes among it", () => {
    class Counting implements SparkListener {
      ends = 0;
      onApplicationEnd(): void {
        this.ends++;
      }
    }
    const bus = new ListenerBus();
    expect(bus.wants("ApplicationEnd")).toBe(false);
    const listener = new Counting();
    bus.addListener(listener);
    expect(bus.wants("ApplicationEnd")).toBe(true);
    expect(bus.wants("TaskEnd")).toBe(false);
    bus.removeListener(listener);
    expect(bus.wants("ApplicationEnd")).toBe(false);
  });

  test("every event type has its method", () => {
    type Missing = Exclude<`on${ListenerEventType}`, keyof SparkListener>;
    const none: [Missing] extends [never] ? true : Missing = true;
    expect(none).toBe(true);
  });

  test("calls a class's method with its listener as this", async () => {
    class Counting extends SparkListener {
      ends = 0;
      override onApplicationEnd(): void {
        this.ends++;
      }
    }
    const bus = new ListenerBus();
    const listener = new Counting();
    bus.addListener(listener);
    bus.post(END);
    await bus.flush();
    expect(listener.ends).toBe(1);
  });

  test("onOther gets what the listener has no handler for", async () => {
    const bus = new ListenerBus();
    const other: string[] = [];
    bus.addListener({ onApplicationStart: () => undefined, onOther: (event) => other.push(event.type) });
    for (const event of [START, END, UNPERSIST]) bus.post(event);
    await bus.flush();
    expect(other).toEqual(["ApplicationEnd", "UnpersistRDD"]);
  });

  test("a listener that throws, or whose promise is rejected, harms nobody", async () => {
    setLogLevel("OFF");
    const bus = new ListenerBus();
    let calls = 0;
    bus.addListener({
      onApplicationEnd: () => {
        throw new Error("mine");
      },
    });
    bus.addListener({
      onApplicationEnd: async () => {
        await Promise.reject(new Error("later"));
      },
    });
    bus.addListener({
      onApplicationEnd: () => {
        calls++;
      },
    });
    bus.post(END);
    bus.post(END);
    await bus.flush();
    await new Promise(setImmediate);
    setLogLevel("WARN");
    expect(calls).toBe(2);
  });

  test("flush waits for what was posted before it, events posted by listeners come after", async () => {
    const bus = new ListenerBus();
    const seen: string[] = [];
    bus.addListener({
      onApplicationStart: () => {
        seen.push("start");
        bus.post(END);
      },
      onApplicationEnd: () => seen.push("end"),
    });
    bus.post(START);
    await bus.flush();
    expect(seen).toEqual(["start"]);
    await bus.flush();
    expect(seen).toEqual(["start", "end"]);
    await bus.flush();
  });

  test("a witness is called from within post, before listeners, and also where there are none", async () => {
    const bus = new ListenerBus();
    const seen: string[] = [];
    bus.addWitness({ onApplicationStart: () => seen.push("witness") });
    expect([bus.wants("ApplicationStart"), bus.wants("ApplicationEnd")]).toEqual([true, false]);
    bus.post(START);
    expect(seen).toEqual(["witness"]);
    await bus.flush();
    bus.addListener({ onApplicationStart: () => seen.push("listener") });
    bus.post(START);
    expect(seen).toEqual(["witness", "witness"]);
    await bus.flush();
    expect(seen).toEqual(["witness", "witness", "listener"]);
  });

  test("a late event is made at its turn, and nobody is told of one that is none or fails", async () => {
    const bus = new ListenerBus();
    const seen: unknown[] = [];
    bus.addListener({ onApplicationStart: () => seen.push("start"), onUnpersistRDD: ({ rddId }) => seen.push(rddId) });
    let made = 0;
    const late = (rddId: number) => (): ListenerEvent => ({ type: "UnpersistRDD", rddId: rddId + 10 * made++ });
    bus.postLate("ApplicationEnd", () => {
      throw new Error("nobody wants it");
    });
    bus.postLate("UnpersistRDD", late(1));
    bus.post(START);
    bus.postLate("UnpersistRDD", () => null);
    setLogLevel("OFF");
    bus.postLate("UnpersistRDD", () => {
      throw new Error("no text");
    });
    bus.postLate("UnpersistRDD", late(2));
    expect(made).toBe(0);
    await bus.flush();
    setLogLevel("WARN");
    expect(seen).toEqual([1, "start", 12]);
  });

  test("a late event is made at once where a witness looks at it", () => {
    const bus = new ListenerBus();
    const seen: number[] = [];
    bus.addWitness({ onUnpersistRDD: ({ rddId }) => seen.push(rddId) });
    bus.postLate("UnpersistRDD", () => UNPERSIST);
    expect(seen).toEqual([3]);
  });
});
