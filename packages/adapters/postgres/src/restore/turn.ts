/** Lets one piece of work run at a time, in the order in which they asked. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `work` when all that was taken before has settled; settles as it does. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => {})
    return mine
  }
}
