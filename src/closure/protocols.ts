/** The well-known symbols by which objects and classes say how they travel. */

/** A method of objects: answers `{ref, id}` (found again by the reviving side) or `{refuse: "why"}`. */
export const TRAVEL = Symbol.for("firesteel.travel");
/** A static method that turns an instance into data, for classes whose instances cannot be read from outside. */
export const SERIALIZE = Symbol.for("firesteel.serialize");
/** The static method that turns the data into an instance again. */
export const DESERIALIZE = Symbol.for("firesteel.deserialize");
