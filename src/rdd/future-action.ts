/** Actions whose handle can be cancelled: countAsync and the like, as Spark's FutureAction. */

/** A promise of an action's result. Cancelling it cancels the action's jobs; it then rejects with a CancelledError. */
export class FutureAction<T> extends Promise<T> {
  #controller: AbortController | undefined;
  #completed = false;

  /** Promises made from this one (`then`) are plain promises. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Internal: starts `run` with the signal that `cancel` aborts. */
  static start<T>(run: (signal: AbortSignal) => Promise<T>, outer?: AbortSignal): FutureAction<T> {
    const controller = new AbortController();
    const abort = (): void => controller.abort(outer?.reason);
    if (outer?.aborted === true) abort();
    else outer?.addEventListener("abort", abort, { once: true });
    const action = new FutureAction<T>((resolve, reject) => {
      run(controller.signal)
        .finally(() => {
          action.#completed = true;
          outer?.removeEventListener("abort", abort);
        })
        .then(resolve, reject);
    });
    action.#controller = controller;
    return action;
  }

  /** Cancels the action's jobs, if they have not ended. */
  cancel(reason = "the action was cancelled"): void {
    this.#controller?.abort(reason);
  }

  get isCompleted(): boolean {
    return this.#completed;
  }

  get isCancelled(): boolean {
    return this.#controller?.signal.aborted === true;
  }
}
