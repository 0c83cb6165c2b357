/** What takes back the steps that were done, the last one first. */
export class UndoStack {
  #steps: (() => Promise<unknown>)[] = []

  push(step: () => Promise<unknown>): void {
    this.#steps.push(step)
  }

  /** Takes everything back; a step that fails does not keep the others from it. Says whether all did. */
  async run(): Promise<boolean> {
    let isWhole = true
    for (const step of this.#steps.reverse()) {
      await step().catch(() => {
        isWhole = false
      })
    }
    this.#steps = []
    return isWhole
  }

  /** Nothing is to be taken back any more. */
  clear(): void {
    this.#steps = []
  }
}
