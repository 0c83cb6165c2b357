import { randomBytes } from 'node:crypto'
import { ConnectionFailedError, InvalidUrlError } from '@dbsnap/core'

/** A name that no database of the server has: what is there is never touched. */
export function newDatabaseName(): string {
  return `dbsnap_demo_${randomBytes(6).toString('hex')}`
}

/** The parts of a URL; the message of the error never repeats it: it may hold a password. */
export function partsOf(url: string): URL {
  try {
    return new URL(url)
  } catch {
    throw new InvalidUrlError('the address of the demo is not a URL', {
      hint: 'Write it as mysql://user@host:3306 or mongodb://host:27017.',
    })
  }
}

/** Opens what the demo works over. A driver's own message is kept as the cause: it might hold anything. */
export async function connectShop<T>(title: string, connect: () => Promise<T>): Promise<T> {
  try {
    return await connect()
  } catch (cause) {
    throw new ConnectionFailedError(`The demo cannot log in to its ${title}, or make a database there.`, {
      hint: 'Check address, user and password; the user must be allowed to create databases.',
      cause,
    })
  }
}
