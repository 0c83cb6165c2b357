import { writeKeyFile } from './encryption/key-file.ts'
import { formatRecoveryKey, RECOVERY_SECRET_BYTES } from './encryption/recovery-key.ts'
import type { Randomness } from './ports/system.ts'
import { SystemRandomness } from './system/system-randomness.ts'

/**
 * A new recovery key, to be printed and kept away from the machine: 8 groups of 5 characters, with checks that find typing
 * mistakes. It opens nothing until it is given to `Repository.create` or `keys.add`.
 */
export function generateRecoveryKey(randomness: Randomness = new SystemRandomness()): string {
  return formatRecoveryKey(randomness.bytes(RECOVERY_SECRET_BYTES))
}

/**
 * Makes a key file, readable by its owner alone (0600) and durable when this resolves. It opens nothing until it is given to
 * `Repository.create` or `keys.add`. Fails with `UsageError` where there is a file already, or none can be made.
 */
export function createKeyFile(path: string, randomness: Randomness = new SystemRandomness()): Promise<void> {
  return writeKeyFile(path, randomness)
}
