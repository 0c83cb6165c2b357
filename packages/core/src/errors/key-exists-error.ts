import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** Appending met keys that the target already holds; nothing was written. */
export class KeyExistsError extends DbSnapError {
  override readonly name = 'KeyExistsError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('KEY_EXISTS', message, options)
  }
}
