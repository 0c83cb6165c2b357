import { DEFAULT_ARGON2ID, DEFAULT_SCRYPT } from '../encryption/passphrase-parameters.ts'
import type { KeySlot } from '../format/key-slot-codec.ts'

/** A key slot, as a listing shows it. Holds no secret, and nothing that helps to find one. */
export interface KeySlotInfo {
  /** 32 hex digits. */
  readonly id: string
  /** `passphrase`, `key-file`, `master-key`, `recovery-key`, one of an adapter; `none` is open to everybody; `unknown` cannot be read. */
  readonly provider: string
  readonly label?: string
  /** The key at a key management service, by the name that the service gave when the slot was made: an ARN. */
  readonly keyId?: string
  /** When it was put, by the store's clock; ISO 8601. */
  readonly added: string
  /**
   * `sound`: written by somebody with the repository's key, every bit as it was. `damaged`: it may open nothing. `removing`: a
   * removal was begun and not ended; removing it again ends it.
   */
  readonly state: 'sound' | 'damaged' | 'removing'
  /** Whether the passphrase is stretched less than by default, so that guessing it is cheaper. */
  readonly weak: boolean
  /** Whether this repository was opened or made with it. */
  readonly current: boolean
}

/** What a listing shows of the content of a slot. */
export function describeSlot(slot: KeySlot): Pick<KeySlotInfo, 'provider' | 'label' | 'keyId' | 'weak'> {
  const { provider, label, parameters } = slot
  return {
    provider,
    ...(label === undefined ? {} : { label }),
    ...(typeof parameters.keyId === 'string' ? { keyId: parameters.keyId } : {}),
    weak: isWeak(slot),
  }
}

/** Whether guessing its secret costs less than with the default parameters. */
export function isWeak({ provider, parameters }: KeySlot): boolean {
  if (provider !== 'passphrase') return provider === 'none'
  const number = (name: string): number => Number(parameters[name])
  if (parameters.algorithm === 'argon2id') {
    const { memoryKiB, passes } = DEFAULT_ARGON2ID
    return number('memoryKiB') < memoryKiB || number('passes') < passes
  }
  const { N, r, p } = DEFAULT_SCRYPT
  return number('N') * number('r') * number('p') < N * r * p
}
