import { DbSnapError, type DbSnapErrorOptions } from './dbsnap-error.ts'

/** Something stands where a restore would create; `data.objects` lists it. */
export class TargetNotEmptyError extends DbSnapError {
  override readonly name = 'TargetNotEmptyError'
  constructor(message: string, options: DbSnapErrorOptions) {
    super('TARGET_NOT_EMPTY', message, options)
  }
}
