import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** No key slot opens with this passphrase. */
export class WrongPassphraseError extends DbSnapError {
  override readonly name = 'WrongPassphraseError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('WRONG_PASSPHRASE', message, options)
  }
}
