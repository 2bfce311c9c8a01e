/** What a worker finds out about its machine, from scripts and files that are there. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { discoverResources } from "../../src/cluster/resource-discovery";

const directory = mkdtempSync(join(tmpdir(), "firesteel-resources-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function script(name: string, prints: string, code = 0): string {
  const file = join(directory, name);
  writeFileSync(file, `#!/bin/sh\ncat <<'END'\n${prints}\nEND\nexit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

const discover = (settings: Readonly<Record<string, string>>): unknown => discoverResources(Object.entries(settings));

const gpu = (amount: number, discoveryScript?: string): Record<string, string> => ({
  "spark.worker.resource.gpu.amount": String(amount),
  ...(discoveryScript === undefined ? {} : { "spark.worker.resource.gpu.discoveryScript": discoveryScript }),
});

test("a script prints all that there is, of which the amount is the least", () => {
  const file = script("gpus.sh", `{"name": "gpu", "addresses": ["0", "1"]}`);
  expect(discover(gpu(1, file))).toEqual({ gpu: ["0", "1"] });
  expect(discover({})).toEqual({});
  expect(discover(gpu(0, file))).toEqual({});
});

test("what a file of resources tells is not asked of a script", () => {
  const file = join(directory, "resources.json");
  const id = (componentName: string): object => ({ componentName, resourceName: "gpu" });
  writeFileSync(
    file,
    JSON.stringify([
      { id: id("spark.driver"), addresses: ["9"] },
      { id: id("spark.worker"), addresses: ["4", "5"] },
    ]),
  );
  const fpga = script("fpgas.sh", `{"name": "fpga", "addresses": ["x"]}`);
  const settings = {
    ...gpu(2),
    "spark.worker.resourcesFile": file,
    "spark.worker.resource.fpga.amount": "1",
    "spark.worker.resource.fpga.discoveryScript": fpga,
  };
  expect(discover(settings)).toEqual({ gpu: ["4", "5"], fpga: ["x"] });
});

test("what cannot be had is said in Spark's words", () => {
  const two = script("two.sh", `{"name": "gpu", "addresses": ["0", "1"]}`);
  expect(() => discover(gpu(3, two))).toThrow("Resource: gpu, with addresses: 0,1 is less than what the user requested: 3");
  expect(() => discover(gpu(1))).toThrow("User is expecting to use resource: gpu, but didn't specify a discovery script");
  expect(() => discover(gpu(1, "/no/such.sh"))).toThrow("Resource script: /no/such.sh to discover gpu doesn't exist!");
  const other = script("other.sh", `{"name": "fpga", "addresses": ["0"]}`);
  expect(() => discover(gpu(1, other))).toThrow("script returned resource name: fpga, expected: gpu");
  expect(() => discover(gpu(1, script("text.sh", "two of them")))).toThrow(/it printed "two of them\\n"/);
  expect(() => discover(gpu(1, script("fails.sh", "", 3)))).toThrow(/fails.sh of resource gpu failed/);
  expect(() => discover(gpu(1, script("numbers.sh", `{"name": "gpu", "addresses": [0]}`)))).toThrow(/no list of addresses/);
  expect(() => discover(gpu(1, script("twice.sh", `{"name": "gpu", "addresses": ["0", "0"]}`)))).toThrow(/an address twice/);
  expect(() => discover({ ...gpu(1), "spark.worker.resourcesFile": join(directory, "none.json") })).toThrow(
    /Error parsing resources file/,
  );
});
