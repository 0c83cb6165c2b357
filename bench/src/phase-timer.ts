import type { ProgressListener } from '@dbsnap/core'

/** Times an operation and, by what it says of its progress, each phase of it. Runs from its making. */
export class PhaseTimer {
  readonly #began = performance.now()
  readonly #phases: Record<string, number> = {}
  #phase: string
  #since = this.#began

  /** @param first What the operation does before it says anything. */
  constructor(first: string) {
    this.#phase = first
  }

  readonly listener: ProgressListener = ({ phase }) => {
    if (phase !== this.#phase) this.#turn(phase)
  }

  end(): { readonly seconds: number; readonly phases: Readonly<Record<string, number>> } {
    this.#turn('')
    return { seconds: (this.#since - this.#began) / 1000, phases: this.#phases }
  }

  #turn(phase: string): void {
    const now = performance.now()
    this.#phases[this.#phase] = (this.#phases[this.#phase] ?? 0) + (now - this.#since) / 1000
    this.#phase = phase
    this.#since = now
  }
}
