import { type DbSnapError, isDbSnapError } from '../errors/dbsnap-error.ts'
import { StoreDeniedError } from '../errors/store-denied-error.ts'
import { StoreFailedError } from '../errors/store-failed-error.ts'
import { StoreFullError } from '../errors/store-full-error.ts'
import { systemCode } from './folder-file-system.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const DENIED = new Set(['EACCES', 'EPERM', 'EROFS'])

/** A failure of the file system in the store's words. `what` begins the message: `cannot write packs/ab in folder /x`. */
export function folderError(error: unknown, what: string): DbSnapError {
  if (isDbSnapError(error)) return error
  const code = systemCode(error) ?? 'unknown failure'
  const message = `${what}: ${code}`
  if (FULL.has(code)) {
    return new StoreFullError(message, { hint: 'Make room on that disk, then run it again.', cause: error })
  }
  if (DENIED.has(code)) {
    const hint = 'Give this user read and write permission to the folder and all below it.'
    return new StoreDeniedError(message, { hint, cause: error })
  }
  return new StoreFailedError(message, { hint: 'Check the disk and that the folder is there.', cause: error })
}
