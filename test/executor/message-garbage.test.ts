import { MessageGarbage } from "../../src/executor/process/message-garbage";

const MIB = 2 ** 20;

test("buffers are collected when 8 MiB more have come than there were at least", () => {
  let collections = 0;
  const garbage = new MessageGarbage(() => void collections++);
  const looks = (...mebibytes: number[]): number => {
    for (const one of mebibytes) garbage.look(one * MIB);
    return collections;
  };
  expect(looks(20, 12, 14, 19.9)).toBe(0);
  expect(looks(20)).toBe(1);
  // Live buffers are no reason.
  expect(looks(40, 41, 47)).toBe(1);
  expect(looks(48)).toBe(2);
});

test("V8's own collector will do", () => {
  expect(() => {
    const garbage = new MessageGarbage();
    garbage.look(0);
    garbage.look(9 * MIB);
  }).not.toThrow();
});
