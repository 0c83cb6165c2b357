import { randomBytes } from 'node:crypto'

const PREFIX = 'dbsnap_restore_'

/** Names for the collections in which a restore prepares what it will put in place. */
export class TemporaryNames {
  readonly #token = randomBytes(6).toString('hex')
  #count = 0

  next(): string {
    return `${PREFIX}${this.#token}_${++this.#count}`
  }
}

/** Whether a collection was made by a restore: one that is there outside of it is left over. */
export function isLeftover(name: string): boolean {
  return name.startsWith(PREFIX)
}
