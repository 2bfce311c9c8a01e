/**
 * What cannot travel, and what to say about it. A refusal names the path from the function to the value, why it cannot
 * travel, and what to do instead. Finding such values is the encoder's work; this file knows the reasons.
 */
import { types } from "node:util";
import { TaskError } from "../common/errors";

export interface Refusal {
  /** "is an open socket", to follow the path. */
  readonly why: string;
  /** A sentence. */
  readonly remedy: string;
}

/** The error that the caller of a transformation gets. */
export function notSerializable(subject: string, path: string, where: string | undefined, refusal: Refusal): TaskError {
  const captured = path === "" ? `it ${refusal.why}` : `it captures \`${path}\`, which ${refusal.why}`;
  return new TaskError(
    "TASK_NOT_SERIALIZABLE",
    `${subject}${where === undefined ? "" : ` (${where})`} cannot be sent to the executors: ${captured}. ${refusal.remedy}`,
    { parameters: { function: subject, path, reason: refusal.why, ...(where === undefined ? {} : { location: where }) } },
  );
}

const RESOURCE_REMEDY =
  "Open it inside the function, for example once per partition with mapPartitions, so that each task has its own.";
const COPY_REMEDY = "Copy what you need of it into plain values first and use those.";

/** The reason why an object can never travel, by what it is made of; undefined when nothing speaks against it. */
export function inherentRefusal(value: object): Refusal | undefined {
  if (types.isPromise(value)) {
    return { why: "is a Promise", remedy: "Await it before the transformation and capture the result." };
  }
  if (types.isWeakMap(value) || types.isWeakSet(value)) {
    return {
      why: `is a ${types.isWeakMap(value) ? "WeakMap" : "WeakSet"}, whose contents cannot be read`,
      remedy: "Use a Map or a Set.",
    };
  }
  if (value instanceof WeakRef || tagOf(value) === "WeakRef") {
    return { why: "is a WeakRef, whose target may disappear", remedy: "Capture the target itself." };
  }
  if (types.isGeneratorObject(value)) {
    return {
      why: "is a running generator, whose position cannot be copied",
      remedy: "Capture the generator function and call it in the task, or an array of its values.",
    };
  }
  if (types.isMapIterator(value) || types.isSetIterator(value)) {
    return {
      why: "is an iterator, whose position cannot be copied",
      remedy: "Capture the collection, or an array of its values.",
    };
  }
  if (types.isExternal(value)) return { why: "is a handle of native code", remedy: RESOURCE_REMEDY };
  if (types.isKeyObject(value) || types.isCryptoKey(value)) {
    return {
      why: "is a key of node:crypto",
      remedy: "Capture the key material (for example an exported Buffer) and make the key in the task.",
    };
  }
  return undefined;
}

/** The reason for an instance of a class that has no form: a builtin one, or one that extends it. */
export function builtinInstanceRefusal(name: string, builtin: string): Refusal {
  if (/^node:(?:stream|net|tls|http|https|http2|fs|zlib|dgram|child_process|readline|tty)/.test(builtin)) {
    return { why: `is an open resource (${name})`, remedy: RESOURCE_REMEDY };
  }
  if (/^node:worker_threads|^Message(?:Port|Channel)|^BroadcastChannel/.test(builtin)) {
    return { why: `is a ${name}, which belongs to this process`, remedy: RESOURCE_REMEDY };
  }
  const ancestor = builtin.replace(/\.prototype$/, "");
  const what = ancestor.endsWith(name) ? `the built-in class ${name}` : `${name}, which extends the built-in class ${ancestor}`;
  return { why: `is an instance of ${what}, whose inner state cannot be read`, remedy: COPY_REMEDY };
}

export function internalInstanceRefusal(name: string): Refusal {
  return {
    why: `is an instance of ${name}, a class inside Node.js that holds a resource of this process`,
    remedy: RESOURCE_REMEDY,
  };
}

export const PROXY_REFUSAL: Refusal = {
  why: "is a Proxy, whose handler cannot be read",
  remedy: "Capture the object behind it.",
};

export function nativeFunctionRefusal(fn: Function): Refusal {
  return fn.name.startsWith("bound ")
    ? {
        why: `is a bound function (${fn.name}), whose target cannot be read`,
        remedy: "Use an arrow function that makes the call: (...args) => target.method(...args).",
      }
    : {
        why: `is a native function (${fn.name || "anonymous"})`,
        remedy: "Call it inside an arrow function, where it can be found by name.",
      };
}

export function privateStateRefusal(name: string): Refusal {
  return {
    why: `is an instance of ${name}, which has #private members that nothing outside the class can read`,
    remedy:
      `Give the class the hooks static [Symbol.for("firesteel.serialize")](instance) and ` +
      `static [Symbol.for("firesteel.deserialize")](data), or capture the values it was made from.`,
  };
}

export const UNREADABLE_THIS: Refusal = {
  why: "belongs to a call that is over, so that its value cannot be read",
  remedy: "Copy what the function needs into a local constant first (const factor = this.factor) and use that.",
};

export const OUTER_SUPER: Refusal = {
  why: "uses super of the method around it",
  remedy: "Call super outside of the function and capture the result.",
};

export const OUTER_ARGUMENTS: Refusal = {
  why: "belongs to the function around it",
  remedy: "Name the parameters, or use (...args), and capture those.",
};

export function foreignPrivateRefusal(name: string): Refusal {
  return {
    why: "can be read only inside its class",
    remedy: `Copy it into a local constant first (const ${name} = this.#${name}) and use that.`,
  };
}

export const DEAD_ZONE: Refusal = {
  why: "has no value yet: its declaration has not run",
  remedy: "Call the transformation after the declaration.",
};

/** The name of a value's class, for messages. */
export function className(value: object): string {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const constructor = Object.getOwnPropertyDescriptor(at, "constructor")?.value as unknown;
    if (typeof constructor === "function" && constructor.name) return constructor.name;
  }
  return "Object";
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
