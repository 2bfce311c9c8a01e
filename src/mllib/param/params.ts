/**
 * What has parameters. A class says which by `withParams(Base, specs)`; instances then have a `Param` of each name, `getName()`,
 * `setName(value)`, and constructors take their values by name.
 */
import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { UsageError } from "../../common/errors";
import { editDistance } from "../../common/edit-distance";
import { isPlainObject } from "../../common/plain-object";
import { type GivenOf, Param, ParamMap, type ParamSpecs, type ParamValues, type ValueOf } from "./param";

/** Names of scikit-learn's that have another one in Spark: those that a class may have. */
const SCIKIT_LEARN: Readonly<Record<string, readonly string[]>> = {
  n_estimators: ["numTrees", "maxIter", "numEstimators"],
  n_clusters: ["k"],
  n_components: ["k"],
  n_bins: ["numBuckets"],
  n_features: ["numFeatures"],
  n_jobs: ["parallelism"],
  random_state: ["seed"],
  C: ["regParam"],
  alpha: ["regParam", "smoothing"],
  l1_ratio: ["elasticNetParam", "l1Ratio"],
  learning_rate: ["stepSize", "learningRate"],
  criterion: ["impurity"],
  max_features: ["featureSubsetStrategy", "vocabSize"],
  min_samples_leaf: ["minInstancesPerNode"],
  min_impurity_decrease: ["minInfoGain"],
  subsample: ["subsamplingRate"],
  max_samples: ["subsamplingRate", "maxSamples"],
  with_mean: ["withMean"],
  with_std: ["withStd"],
  param_grid: ["estimatorParamMaps"],
  scoring: ["evaluator"],
  cv: ["numFolds"],
  steps: ["stages"],
};

/** Values of parameters have texts of their own. */
type Printable = string | number | { toString(): string };

/** Values by name, or by parameter. */
export type ParamInput = ParamMap | Readonly<Record<string, unknown>>;

/** What `withParams` adds to instances. */
export type ParamAccess<S> = { readonly [K in keyof S & string]: Param<ValueOf<S[K]>> } & {
  readonly [K in keyof S & string as `get${Capitalize<K>}`]: () => ValueOf<S[K]>;
} & { readonly [K in keyof S & string as `set${Capitalize<K>}`]: <T>(this: T, value: GivenOf<S[K]>) => T };

/** The names and types of an instance's parameters, for constructors of classes that are made of others. */
export interface HasSpecs<S> {
  readonly specsType?: S;
}

/** The name that the class has in its source: bundles give classes that refer to themselves another one. */
export function classNameOf(type: { readonly name: string }): string {
  return type.name.replace(/^_/, "");
}

/** Fields of subclasses must not be `#private`: copies share them. */
export abstract class Params {
  static readonly specs: ParamSpecs = {};
  uid: string;
  /** Values that were set, by name. */
  protected paramValues: ReadonlyMap<string, unknown> = new Map();
  /** Defaults that are not those of the class: of models read from files, or set by a constructor. */
  protected ownDefaults: ReadonlyMap<string, unknown> = new Map();

  constructor(values: object = {}, uid?: string) {
    this.uid = uid ?? `${this.className}_${randomBytes(6).toString("hex")}`;
    this.setAll(values as Readonly<Record<string, unknown>>);
  }

  get className(): string {
    return classNameOf(this.constructor);
  }

  get specs(): ParamSpecs {
    return (this.constructor as typeof Params).specs;
  }

  /** All parameters, by name. */
  get params(): readonly Param[] {
    return Object.keys(this.specs)
      .sort()
      .map((name) => this.getParam(name));
  }

  /** Throws where there is none of this name. */
  getParam(name: string): Param {
    const spec = Object.hasOwn(this.specs, name) ? this.specs[name] : undefined;
    if (spec === undefined) throw this.noParam(name);
    return new Param<unknown>(this.uid, name, spec);
  }

  hasParam(name: string): boolean {
    return Object.hasOwn(this.specs, name);
  }

  /** Whether a value was set, by the program. */
  isSet(param: Param | string): boolean {
    return this.paramValues.has(this.ownParam(param).name);
  }

  hasDefault(param: Param | string): boolean {
    return this.defaultOf(this.ownParam(param).name) !== undefined;
  }

  /** Whether there is a value, set or by default. */
  isDefined(param: Param | string): boolean {
    return this.isSet(param) || this.hasDefault(param);
  }

  /** The value that was set, or the default. Throws where there is neither. */
  getOrDefault<T>(param: Param<T>): T;
  getOrDefault(param: string): unknown;
  getOrDefault(param: Param | string): unknown {
    const { name } = this.ownParam(param);
    const value = this.paramValues.has(name) ? this.paramValues.get(name) : this.defaultOf(name);
    if (value === undefined)
      throw new UsageError("PARAMETER_NOT_SET", `${this.className}: ${name} has no default and was not set.`, {
        parameters: { parameter: name },
      });
    const spec = this.specs[name]!;
    return spec.resolve === undefined ? value : spec.resolve(value, this);
  }

  /** The value, or undefined where there is none. */
  protected valueFor<T = unknown>(name: string): T | undefined {
    return (this.paramValues.has(name) ? this.paramValues.get(name) : this.defaultOf(name)) as T | undefined;
  }

  protected defaultOf(name: string): unknown {
    const spec = this.specs[name];
    return this.ownDefaults.has(name) ? this.ownDefaults.get(name) : (spec?.default ?? spec?.defaultFor?.(this.uid));
  }

  /** Sets one value. */
  set(param: Param | string, value: unknown): this {
    const own = this.ownParam(param);
    this.paramValues = new Map(this.paramValues).set(own.name, own.checked(value));
    return this;
  }

  /** Sets values, by name or by parameter; undefined ones, and parameters of other instances, are left out. */
  setAll(values: ParamInput): this {
    for (const [param, value] of entriesOf(values)) {
      if (value === undefined || (typeof param !== "string" && !this.owns(param))) continue;
      this.set(param, value);
    }
    return this;
  }

  /** As setAll: PySpark's name for it. */
  setParams(values: ParamInput): this {
    return this.setAll(values);
  }

  clear(param: Param | string): this {
    const values = new Map(this.paramValues);
    values.delete(this.ownParam(param).name);
    this.paramValues = values;
    return this;
  }

  /** Whether a parameter is one of this instance (or of the one that it was copied from). */
  owns(param: Param): boolean {
    return param.parent === this.uid && this.hasParam(param.name);
  }

  /** All values that there are, defaults included. */
  extractParamMap(extra?: ParamInput): ParamMap {
    const map = new ParamMap();
    for (const param of this.params) {
      const value = this.valueFor(param.name);
      if (value !== undefined) map.put(param, value);
    }
    for (const [param, value] of extra === undefined ? [] : entriesOf(extra))
      map.put(typeof param === "string" ? this.getParam(param) : param, value);
    return map;
  }

  /** The values as a map: names are of this instance's parameters. Throws where it has none of a name. */
  asParamMap(values: ParamInput): ParamMap {
    if (values instanceof ParamMap) return values;
    return new ParamMap(
      entriesOf(values).map(([param, value]) => [typeof param === "string" ? this.getParam(param) : param, value] as const),
    );
  }

  /** "numTrees: number of trees (default: 20, current: 10)" */
  explainParam(param: Param | string): string {
    const { name, doc } = this.ownParam(param);
    const initial = this.defaultOf(name) as Printable | undefined;
    const states = [
      ...(initial === undefined ? [] : [`default: ${String(initial)}`]),
      ...(this.paramValues.has(name) ? [`current: ${String(this.paramValues.get(name))}`] : []),
    ];
    return `${name}: ${doc} (${states.length === 0 ? "undefined" : states.join(", ")})`;
  }

  explainParams(): string {
    return this.params.map((param) => this.explainParam(param)).join("\n");
  }

  /** A copy with the same uid; `extra` are values of the copy, of which those of other instances are left out. */
  copy(extra?: ParamInput): this {
    const that = Object.create(Object.getPrototypeOf(this) as object) as this;
    Object.assign(that, this);
    return extra === undefined ? that : that.setAll(extra);
  }

  /** Takes over the values and defaults of parameters that both have. */
  protected copyValues(from: Params): this {
    const has = ([name]: readonly [string, unknown]): boolean => this.hasParam(name);
    this.paramValues = new Map([...this.paramValues, ...[...from.paramValues].filter(has)]);
    const theirs = Object.keys(from.specs)
      .map((name) => [name, from.defaultOf(name)] as const)
      .filter(([, value]) => value !== undefined);
    this.ownDefaults = new Map([...this.ownDefaults, ...theirs.filter(has)]);
    return this;
  }

  /** For persistence: what was set, and the defaults, as JSON. */
  paramsToJson(): { readonly paramMap: Record<string, unknown>; readonly defaultParamMap: Record<string, unknown> } {
    const written = (name: string, value: unknown): readonly [string, unknown] => {
      const { json } = this.specs[name]!;
      return [name, json === undefined ? value : json.write(value)];
    };
    const defaults = Object.keys(this.specs)
      .map((name) => [name, this.defaultOf(name)] as const)
      .filter(([, value]) => value !== undefined);
    return {
      paramMap: Object.fromEntries([...this.paramValues].map(([name, value]) => written(name, value))),
      defaultParamMap: Object.fromEntries(defaults.map(([name, value]) => written(name, value))),
    };
  }

  /** Takes over values from the metadata of a saved instance. */
  paramsFromJson(uid: string, paramMap: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>>): this {
    const read = ([name, json]: readonly [string, unknown]): readonly [string, unknown] => {
      const param = this.getParam(name);
      return [name, param.checked(param.spec.json === undefined ? json : param.spec.json.read(json))];
    };
    this.uid = uid;
    this.paramValues = new Map(Object.entries(paramMap).map(read));
    this.ownDefaults = new Map(
      Object.entries(defaults)
        .filter(([name]) => this.hasParam(name))
        .map(read),
    );
    return this;
  }

  toString(): string {
    return this.uid;
  }

  /** "PCAModel: uid=PCA_4f0c…, k=2": what toString gives of classes that say more of themselves. Facts that are undefined are left out. */
  protected described(facts: Readonly<Record<string, Printable | boolean | undefined>>): string {
    const known = Object.entries(facts).filter(([, value]) => value !== undefined);
    return [`${this.className}: uid=${this.uid}`, ...known.map(([name, value]) => `${name}=${String(value)}`)].join(", ");
  }

  /** console.log and the shell show what toString gives, not the fields. */
  [inspect.custom](): string {
    return this.toString();
  }

  protected ownParam(param: Param | string): Param {
    if (typeof param === "string") return this.getParam(param);
    if (!this.owns(param))
      throw new UsageError("UNKNOWN_PARAMETER", `${String(param)} is a parameter of another instance than ${this.uid}.`);
    return this.getParam(param.name);
  }

  protected noParam(name: string): UsageError {
    const near = Object.keys(this.specs).sort((a, b) => editDistance(a, name) - editDistance(b, name))[0];
    const known = SCIKIT_LEARN[name]?.find((each) => Object.hasOwn(this.specs, each));
    const hint = known !== undefined ? ` scikit-learn's ${name} is ${known} here.` : near === undefined ? "" : editDistance(near, name) <= 3 ? ` Did you mean ${near}?` : ` There are: ${Object.keys(this.specs).sort().join(", ")}.`; // prettier-ignore
    return new UsageError("UNKNOWN_PARAMETER", `${this.className} has no parameter ${name}.${hint}`, {
      parameters: { parameter: name },
    });
  }
}

/** The values, by parameter or by name. Throws where they are no ParamMap and no plain object, of which entries would be passed over. */
export function entriesOf(values: ParamInput): readonly (readonly [Param | string, unknown])[] {
  if (values instanceof ParamMap) return [...values];
  if (isPlainObject(values)) return Object.entries(values);
  throw new UsageError(
    "NOT_EXPECTED_TYPE",
    `Parameters are an object of names and values ({ maxIter: 5 }) or a ParamMap (new ParamMap([[model.maxIter, 5]])), not ${Array.isArray(values) ? "an array" : `an object of the class ${(values as object).constructor.name}`}.`,
  );
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type AnyConstructor = abstract new (...args: any[]) => Params;

/** What a base class with parameters is constructed from, and what instances then have. */
export type WithParams<B extends AnyConstructor, S> = Omit<B, "prototype" | "specs"> & {
  readonly specs: ParamSpecs;
} & (abstract new (
    values?: ParamValues<S & SpecsOf<B>>,
    uid?: string,
  ) => InstanceType<B> & ParamAccess<S> & HasSpecs<S & SpecsOf<B>>);

type SpecsOf<B extends AnyConstructor> = InstanceType<B> extends HasSpecs<infer S> ? (unknown extends S ? object : S) : object;

/** The base class with more parameters. */
export function withParams<B extends AnyConstructor, const S extends ParamSpecs>(Base: B, specs: S): WithParams<B, S> {
  abstract class Parameterised extends (Base as unknown as typeof Params) {
    static override readonly specs: ParamSpecs = { ...(Base as unknown as typeof Params).specs, ...specs };
  }
  for (const name of Object.keys(specs)) {
    const title = name.charAt(0).toUpperCase() + name.slice(1);
    define(Parameterised.prototype, name, {
      get(this: Params) {
        return this.getParam(name);
      },
    });
    define(Parameterised.prototype, `get${title}`, {
      value(this: Params) {
        return this.getOrDefault(name);
      },
      writable: true,
    });
    define(Parameterised.prototype, `set${title}`, {
      value(this: Params, value: unknown) {
        return this.set(name, value);
      },
      writable: true,
    });
  }
  return Parameterised as unknown as WithParams<B, S>;
}

function define(prototype: object, name: string, what: PropertyDescriptor): void {
  Object.defineProperty(prototype, name, { configurable: true, enumerable: false, ...what });
}
