import { type FileHandle, open } from 'node:fs/promises'
import { generateRecoveryKey, UsageError } from '@dbsnap/core'
import type { Console } from './console.ts'

/** Makes a recovery key and writes it to a file of its owner's alone, which must not be there yet. */
export async function writeRecoveryKey(path: string): Promise<string> {
  const recoveryKey = generateRecoveryKey()
  const file = await newFile(path)
  try {
    await file.writeFile(`${recoveryKey}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  return recoveryKey
}

/** Shows it, once. It stands in two lines so that it is easily typed again. */
export async function showRecoveryKey(recoveryKey: string, console: Console): Promise<void> {
  const half = (recoveryKey.length - 1) / 2
  await console.out(
    `\nThe recovery key opens the repository when every other secret is lost. It is shown this once:\n\n` +
      `    ${recoveryKey.slice(0, half)}\n    ${recoveryKey.slice(half + 1)}\n\n` +
      'Print it or write it down, and keep it away from this machine. Whoever has it and the repository can read everything.\n',
  )
}

async function newFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    throw new UsageError(`the recovery key cannot be written (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'Give --recovery-key-out the path of a file that is not there yet.',
    })
  }
}
