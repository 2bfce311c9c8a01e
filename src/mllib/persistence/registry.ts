/** What can be saved: how instances of each class are written and read, by Spark's names of the classes. */
import { UsageError } from "../../common/errors";
import { LAYOUT_VERSION, type Metadata, type ModelDirectory } from "./directory";
import type { Params } from "../param/params";
import { type PmmlModel, pmmlText } from "./pmml";

export interface Persistent<T extends Params> {
  /** The name in metadata: Spark's class where it has one, else `firesteel.mllib.<area>.<Class>`. */
  readonly sparkClass: string;
  /** Other names under which it is found. */
  readonly aliases?: readonly string[];
  /** More fields of the metadata. */
  readonly metadata?: (instance: T) => Readonly<Record<string, unknown>>;
  /** Parameters that hold other instances (stages, estimators): not in the metadata, written by `save`, and set by `load`. */
  readonly leaveOut?: readonly string[];
  /** Parameters that Spark's class does not have: they stand in an entry of the metadata that Spark does not look at. */
  readonly beyondSpark?: readonly string[];
  /** Entries of the metadata's param map that `load` reads itself: how they are written. */
  readonly ownEntries?: {
    readonly names: readonly string[];
    write(instance: T, directory: ModelDirectory): Record<string, unknown> | Promise<Record<string, unknown>>;
  };
  /** Writes what the metadata do not hold. */
  readonly save?: (instance: T, directory: ModelDirectory) => Promise<void>;
  /** The model as PMML, where that can be written. */
  readonly pmml?: (instance: T) => PmmlModel;
  /** Makes an instance without its parameters; those are set from the metadata afterwards. */
  readonly load: (metadata: Metadata, directory: ModelDirectory) => T | Promise<T>;
}

const byName = new Map<string, Persistent<Params>>();
const byClass = new Map<unknown, Persistent<Params>>();

/** Called once for each class, where it is defined. */
export function persistent<T extends Params>(type: abstract new (...args: never[]) => T, how: Persistent<T>): void {
  for (const name of [how.sparkClass, ...(how.aliases ?? [])]) byName.set(name, how as unknown as Persistent<Params>);
  byClass.set(type, how as unknown as Persistent<Params>);
}

/** Throws UNSUPPORTED_FORMAT where the class has no PMML. */
export async function savePmml(instance: Params, directory: ModelDirectory): Promise<void> {
  const pmml = byClass.get(instance.constructor)?.pmml;
  if (pmml === undefined)
    throw new UsageError(
      "UNSUPPORTED_FORMAT",
      `${instance.className} cannot be saved as PMML; models of linear regressions and of k-means can.`,
    );
  await directory.writeText(pmmlText(pmml(instance)));
}

export async function saveInstance(instance: Params, directory: ModelDirectory): Promise<void> {
  const how = byClass.get(instance.constructor);
  if (how === undefined)
    throw new UsageError(
      "NOT_PERSISTENT",
      `${instance.className} cannot be saved: there is no layout for it. Of a class of yours, call defaultParamsPersistence(${instance.className}) once after the class.`,
    );
  const { paramMap, defaultParamMap } = instance.paramsToJson();
  for (const name of how.leaveOut ?? []) {
    delete paramMap[name];
    delete defaultParamMap[name];
  }
  const own = { paramMap: takenOut(paramMap, how.beyondSpark), defaultParamMap: takenOut(defaultParamMap, how.beyondSpark) };
  await how.save?.(instance, directory);
  Object.assign(paramMap, await how.ownEntries?.write(instance, directory));
  // Last: a directory without metadata is no model.
  await directory.writeMetadata({
    class: how.sparkClass,
    timestamp: Date.now(),
    sparkVersion: LAYOUT_VERSION,
    uid: instance.uid,
    paramMap,
    defaultParamMap,
    ...(how.beyondSpark === undefined ? {} : { [BEYOND_SPARK]: own }),
    ...how.metadata?.(instance),
  });
}

const BEYOND_SPARK = "firesteel";

function takenOut(values: Record<string, unknown>, names: readonly string[] = []): Record<string, unknown> {
  const taken: Record<string, unknown> = {};
  for (const name of names) {
    if (name in values) taken[name] = values[name];
    delete values[name];
  }
  return taken;
}

/** The instance that was saved there, of whatever class. */
export async function loadInstance(directory: ModelDirectory): Promise<Params> {
  const metadata = await directory.readMetadata();
  const how = byName.get(metadata.class);
  if (how === undefined)
    throw directory.damaged(
      `it is of class ${metadata.class}, which firesteel does not know; where that is a class of yours, call defaultParamsPersistence(class) before loading`,
    );
  const instance = await how.load(metadata, directory);
  const parts = (how.leaveOut ?? []).filter((name) => instance.isSet(name)).map((name) => [name, instance.getOrDefault(name)] as const); // prettier-ignore
  const paramMap = Object.fromEntries(
    Object.entries(metadata.paramMap).filter(([name]) => how.ownEntries?.names.includes(name) !== true),
  );
  const own = metadata[BEYOND_SPARK] as Partial<Pick<Metadata, "paramMap" | "defaultParamMap">> | undefined;
  instance.paramsFromJson(
    metadata.uid,
    { ...paramMap, ...own?.paramMap },
    { ...metadata.defaultParamMap, ...own?.defaultParamMap },
  );
  for (const [name, value] of parts) instance.set(name, value);
  return instance;
}
