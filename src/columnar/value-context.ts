/**
 * How values of user classes cross threads and processes: by the class's registered id, so that `instanceof` holds on
 * the other side. One per thread; the closure layer implements it.
 */
export interface ValueContext {
  /** A stable id of the class, valid in every thread of the application. Throws a TaskError for classes that cannot travel. */
  classId(constructor: Function): string;
  /** The class of an id, loading or compiling it where this thread has not seen it. Throws a DataError for an unknown id. */
  classOf(id: string): Function;
}
