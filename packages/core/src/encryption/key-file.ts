import { type FileHandle, open } from 'node:fs/promises'
import { UsageError } from '../errors/usage-error.ts'
import type { Randomness } from '../ports/system.ts'
import { KEY_BYTES } from './repository-keys.ts'

/** What a key file holds: `dbsnap-key-1 `, 32 random bytes in base64, a newline. */
const CONTENT = /^dbsnap-key-1 ([A-Za-z0-9+/]{43}=)\s*$/
/** Longer than any key file: what is read of a file that is none. */
const READ_BYTES = 256

/**
 * Writes a new key file, readable by its owner alone (0600), and flushes it to the disk: it must not be lost after the slot
 * was made. Fails with `UsageError` where there is a file already, or none can be made.
 */
export async function writeKeyFile(path: string, randomness: Randomness): Promise<void> {
  const file = await openFile(path, 'wx')
  try {
    await file.writeFile(`dbsnap-key-1 ${randomness.bytes(KEY_BYTES).toString('base64')}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * The secret in a key file. Fails with `UsageError` where it cannot be read, is none, or is open to every user of the
 * machine. Its group may read it: that is how mounted secrets and service accounts share one (`docs/decisions/0015`).
 */
export async function readKeyFile(path: string): Promise<Buffer> {
  const file = await openFile(path, 'r')
  try {
    const { mode } = await file.stat()
    // Windows has no such bits and reports some that say nothing.
    if (process.platform !== 'win32' && (mode & 0o007) !== 0) {
      throw new UsageError('every user of this machine may use the key file', {
        hint: 'Run chmod 600 on it. If others were on this machine, rotate the key.',
      })
    }
    const { buffer, bytesRead } = await file.read(Buffer.alloc(READ_BYTES), 0, READ_BYTES, 0)
    const secret = CONTENT.exec(buffer.toString('latin1', 0, bytesRead))?.[1]
    buffer.fill(0)
    if (secret !== undefined) return Buffer.from(secret, 'base64')
  } finally {
    await file.close()
  }
  throw new UsageError('this is no key file of DBSnap', {
    hint: 'A key file is made by `dbsnap key add --new-key-file <path>`. A passphrase in a file goes with --passphrase-file.',
  })
}

async function openFile(path: string, flags: 'r' | 'wx'): Promise<FileHandle> {
  try {
    return await open(path, flags, 0o600)
  } catch (error) {
    const action = flags === 'r' ? 'read' : 'made'
    throw new UsageError(`the key file cannot be ${action} (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'Check its path.',
    })
  }
}
