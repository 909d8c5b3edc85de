/** Runs asynchronous work on one entity one piece after the other, in the order in which it was asked for. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** The task's own outcome. A failed task does not stop those behind it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const outcome = this.#tail.then(task);
    // Who asked for the task learns of its failure; the next in line only waits for its end.
    this.#tail = outcome.catch(() => undefined);
    return outcome;
  }
}
