import * as z from 'zod'
import type { WrappedKey } from '../ports/key-provider.ts'
import type { JsonObject } from '../values/json.ts'
import { FORMAT_VERSION } from './format-version.ts'

/** One file of `keys/`. */
export interface KeySlot extends WrappedKey {
  /** The repository it opens, 32 hex digits. */
  readonly repository: string
}

const slotSchema = z.strictObject({
  format: z.literal(FORMAT_VERSION),
  repository: z.string().regex(/^[0-9a-f]{32}$/),
  provider: z.string(),
  parameters: z.record(z.string(), z.json()),
  wrapped: z.base64(),
})

export function encodeKeySlot({ repository, provider, parameters, wrapped }: KeySlot): Buffer {
  return Buffer.from(
    `${JSON.stringify({ format: FORMAT_VERSION, repository, provider, parameters, wrapped })}\n`,
    'utf8',
  )
}

/** The slot, or undefined where the bytes are none: a damaged slot opens nothing, and another one may. */
export function decodeKeySlot(bytes: Buffer): KeySlot | undefined {
  try {
    const { repository, provider, parameters, wrapped } = slotSchema.parse(JSON.parse(bytes.toString('utf8')))
    return { repository, provider, parameters: parameters as JsonObject, wrapped }
  } catch {
    return undefined
  }
}
