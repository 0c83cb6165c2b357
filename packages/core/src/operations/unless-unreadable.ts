import { isDbSnapError } from '../errors/dbsnap-error.ts'

/** undefined where what was to be read is no longer there, or is damaged: for what is of use and not needed. */
export async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (isDbSnapError(error) && (error.code === 'STORE_KEY_MISSING' || error.code === 'DAMAGED')) return undefined
    throw error
  }
}
