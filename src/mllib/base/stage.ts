/** What pipelines are made of: has parameters, and can be saved and loaded. */
import { Params } from "../param/params";
import { MLReader, MLWriter } from "../persistence/persist";

type ClassOf<T> = abstract new (...args: never[]) => T;

export abstract class Stage extends Params {
  write(): MLWriter {
    return new MLWriter(this);
  }

  /** `write().save(path)`: refuses to replace anything. */
  save(path: string): Promise<void> {
    return this.write().save(path);
  }

  static read<T>(this: ClassOf<T>): MLReader<T> {
    return new MLReader<T>(this);
  }

  static load<T>(this: ClassOf<T>, path: string): Promise<T> {
    return new MLReader<T>(this).load(path);
  }
}
