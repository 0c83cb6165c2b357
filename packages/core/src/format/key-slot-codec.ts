import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import type { WrappedKey } from '../ports/key-provider.ts'
import type { JsonObject } from '../values/json.ts'
import { FORMAT_VERSION } from './format-version.ts'

/** One file of `keys/`. */
export interface KeySlot extends WrappedKey {
  /** The repository it opens, 32 hex digits. */
  readonly repository: string
  /** What a person calls it. Readable by whoever has the store. */
  readonly label?: string
}

/** A slot as it was read, not yet believed: `mac` has to be compared once the key is known. */
export interface StoredKeySlot extends KeySlot {
  readonly mac: string
}

const slotSchema = z.strictObject({
  format: z.literal(FORMAT_VERSION),
  repository: z.string().regex(/^[0-9a-f]{32}$/),
  label: z.string().optional(),
  provider: z.string(),
  parameters: z.record(z.string(), z.json()),
  wrapped: z.base64(),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
})

export function encodeKeySlot(slot: KeySlot, slotKey: KeyObject): Buffer {
  return Buffer.from(`${JSON.stringify({ ...unsigned(slot), mac: slotMac(slot, slotKey) })}\n`, 'utf8')
}

/** The slot, or undefined where the bytes are none: a damaged slot opens nothing, and another one may. */
export function decodeKeySlot(bytes: Buffer): StoredKeySlot | undefined {
  try {
    const { format: _, label, parameters, ...rest } = slotSchema.parse(JSON.parse(bytes.toString('utf8')))
    return { ...rest, parameters: parameters as JsonObject, ...(label === undefined ? {} : { label }) }
  } catch {
    return undefined
  }
}

/** Whether somebody with the repository key wrote the slot, and every bit of what it says is as it was. */
export function isSoundSlot(slot: StoredKeySlot, slotKey: KeyObject): boolean {
  return timingSafeEqual(Buffer.from(slotMac(slot, slotKey), 'hex'), Buffer.from(slot.mac, 'hex'))
}

function slotMac(slot: KeySlot, slotKey: KeyObject): string {
  return createHmac('sha256', slotKey)
    .update(JSON.stringify(unsigned(slot)))
    .digest('hex')
}

/** The fields in the order in which they are written; a label that is not there leaves no trace. */
function unsigned({ repository, label, provider, parameters, wrapped }: KeySlot): object {
  return { format: FORMAT_VERSION, repository, label, provider, parameters, wrapped }
}
