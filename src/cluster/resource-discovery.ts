/** What custom resources a machine has, as Spark's workers find out: from a file, and by scripts that print what there is. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { UsageError } from "../common/errors";
import { resourceRequests, type ResourceAddresses } from "../common/resources";

/** A file of allocations: `[{"id": {"componentName": "spark.worker", "resourceName": "gpu"}, "addresses": ["0", "1"]}]`. */
const RESOURCES_FILE = "spark.worker.resourcesFile";
const SCRIPT_TIMEOUT = 60_000;

/**
 * The resources `spark.worker.resource.<name>.amount` of this machine. Those that `spark.worker.resourcesFile` does not tell are asked of
 * their discovery scripts, which print `{"name": "gpu", "addresses": ["0", "1"]}`. Throws a UsageError where there are fewer than the amount.
 */
export function discoverResources(settings: readonly (readonly [key: string, value: string])[]): ResourceAddresses {
  const requests = Object.entries(resourceRequests(settings, "worker"));
  if (requests.length === 0) return {};
  const file = settings.find(([key]) => key === RESOURCES_FILE)?.[1].trim();
  const allocated = file === undefined || file === "" ? {} : fromFile(file);
  return Object.fromEntries(
    requests.map(([name, { amount, discoveryScript }]) => {
      const addresses = allocated[name] ?? fromScript(name, discoveryScript);
      if (addresses.length < amount)
        throw unusable(
          `Resource: ${name}, with addresses: ${addresses.join(",")} is less than what the user requested: ${amount}.`,
        );
      return [name, addresses];
    }),
  );
}

interface Allocation {
  readonly id?: { readonly componentName?: unknown; readonly resourceName?: unknown };
}

function fromFile(path: string): ResourceAddresses {
  let allocations: unknown;
  try {
    allocations = JSON.parse(readFileSync(path, "utf8"));
    if (!Array.isArray(allocations)) throw new Error("it is not a JSON array");
  } catch (error) {
    throw unusable(`Error parsing resources file ${path} (${RESOURCES_FILE}): ${(error as Error).message}.`);
  }
  const ours = (allocations as readonly Allocation[]).filter((one) => one.id?.componentName === "spark.worker");
  return Object.fromEntries(ours.map((one) => [String(one.id!.resourceName), addressesOf(one, `resources file ${path}`)]));
}

function fromScript(name: string, script: string): readonly string[] {
  if (script === "")
    throw unusable(
      `User is expecting to use resource: ${name}, but didn't specify a discovery script (spark.worker.resource.${name}.discoveryScript).`,
    );
  if (!existsSync(script)) throw unusable(`Resource script: ${script} to discover ${name} doesn't exist!`);
  let printed: string;
  try {
    printed = execFileSync(script, { encoding: "utf8", timeout: SCRIPT_TIMEOUT, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw unusable(`The discovery script ${script} of resource ${name} failed: ${(error as Error).message}`);
  }
  const where = `resource discovery script ${script}`;
  let told: { readonly name?: unknown } | null;
  try {
    told = JSON.parse(printed) as typeof told;
  } catch {
    throw unusable(
      `Error running the ${where}: it printed ${JSON.stringify(printed.slice(0, 200))}, not {"name": "${name}", "addresses": […]}.`,
    );
  }
  if (told?.name !== name)
    throw unusable(`Error running the ${where}: script returned resource name: ${String(told?.name)}, expected: ${name}.`);
  return addressesOf(told, where);
}

function addressesOf(told: object, where: string): readonly string[] {
  const { addresses } = told as { readonly addresses?: unknown };
  if (!Array.isArray(addresses) || !addresses.every((one) => typeof one === "string"))
    throw unusable(`The ${where} gives no list of addresses, which are strings.`);
  if (new Set(addresses).size < addresses.length) throw unusable(`The ${where} gives an address twice: ${addresses.join(",")}.`);
  return addresses;
}

function unusable(message: string): UsageError {
  return new UsageError("RESOURCE_DISCOVERY", message);
}
