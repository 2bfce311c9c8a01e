import { Heartbeats } from "../../src/driver/heartbeats";

test("executors tell as often as the most eager wants, those that come later too, and then as configured", () => {
  const told: [string, number][] = [];
  const executors = ["1", "2"];
  const heartbeats = new Heartbeats(
    10_000,
    () => executors,
    (executorId, ms) => told.push([executorId, ms]),
  );
  const news = (): [string, number][] => told.splice(0);
  heartbeats.executorAdded("2");
  expect(news()).toEqual([]);
  const first = heartbeats.want(1000);
  expect(news()).toEqual([
    ["1", 1000],
    ["2", 1000],
  ]);
  const second = heartbeats.want(2000);
  const late = heartbeats.want(60_000);
  expect(news()).toEqual([]);
  executors.push("3");
  heartbeats.executorAdded("3");
  expect(news()).toEqual([["3", 1000]]);
  first();
  first();
  expect(news().map(([, ms]) => ms)).toEqual([2000, 2000, 2000]);
  second();
  expect(news().map(([, ms]) => ms)).toEqual([10_000, 10_000, 10_000]);
  late();
  expect(news()).toEqual([]);
});
