import { StoreFailedError } from '../errors/store-failed-error.ts'
import { StoreFullError } from '../errors/store-full-error.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** What went wrong with the temporary file, in our words. Anything that is no failure of the system is passed on. */
export function spillError(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!('syscall' in Object(error))) return error
  if (FULL.has(code)) {
    return new StoreFullError(`no space is left for temporary files in ${folder}`, {
      hint: 'A collection without a key is sorted there and needs its size once or twice. Choose another temporary folder.',
      cause: error,
    })
  }
  return new StoreFailedError(`the temporary folder ${folder} cannot be used (${code})`, {
    hint: 'Choose a temporary folder that can be written.',
    cause: error,
  })
}
