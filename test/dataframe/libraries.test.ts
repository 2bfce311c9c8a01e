/** What libraries above SQL make known: they are loaded when a name is not known, and once. */
import { columnProgram, registerColumnProgram } from "../../src/dataframe/exec/column-programs";
import { FunctionRegistry } from "../../src/dataframe/functions/registry";
import { provideLibraries } from "../../src/dataframe/libraries";
import { registerUserType, userTypeNamed } from "../../src/dataframe/types/user-types";
import { builtins } from "../../src/dataframe/functions";

const known = builtins.find("upper")!;

test("a function that is not known loads the libraries, a known one does not", () => {
  const registry = new FunctionRegistry([known]);
  let loads = 0;
  provideLibraries(() => {
    loads++;
    registry.add({ ...known, names: ["of_a_library"] });
  });
  expect(registry.find("upper")).toBe(known);
  expect(loads).toBe(0);
  expect(registry.find("of_a_library")?.names).toEqual(["of_a_library"]);
  expect(registry.find("of_nobody")).toBeUndefined();
  expect(loads).toBe(1);
});

test("so do a list of all functions, a type and a program of columns", () => {
  const registry = new FunctionRegistry([]);
  provideLibraries(() => registry.add(known));
  expect(registry.names()).toEqual([...known.names].sort());

  const type = { kind: "udt", name: "libraries.test", sqlType: { kind: "int" } } as const;
  provideLibraries(() => registerUserType({ type, toBoxed: () => null, fromBoxed: (value) => value, toText: String }));
  expect(userTypeNamed("libraries.test")?.type).toBe(type);
  expect(userTypeNamed("of.nobody")).toBeUndefined();

  const program = { name: "libraries.test", open: () => () => [] };
  provideLibraries(() => registerColumnProgram(program));
  expect(columnProgram("libraries.test")).toBe(program);
  expect(() => columnProgram("of nobody")).toThrow("No column program of nobody is known");
});
