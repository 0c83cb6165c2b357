import { isDbSnapError } from '../errors/dbsnap-error.ts'

/** A file that was read, or undefined where the store has it no longer. */
export async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isDbSnapError(error) && error.code === 'STORE_KEY_MISSING') return undefined
    throw error
  }
}
