import { TextDecoder } from 'node:util'

const decoders = new Map<string, TextDecoder | undefined>()

/**
 * The text of a value in the encoding of its layout. Where the engine promises no encoding (`bytes`), where the bytes
 * are not what it promised, or where the label is unknown here: as UTF-8 if they are valid UTF-8, else one character
 * U+0000 to U+00FF for each byte, so that different bytes are never shown as the same text of replacement characters.
 */
export function decodeText(bytes: Buffer, encoding: string): string {
  return tryDecode(bytes, encoding) ?? tryDecode(bytes, 'utf-8') ?? bytes.toString('latin1')
}

function tryDecode(bytes: Buffer, encoding: string): string | undefined {
  if (!decoders.has(encoding)) decoders.set(encoding, createDecoder(encoding))
  try {
    return decoders.get(encoding)?.decode(bytes)
  } catch {
    return undefined
  }
}

/** Undefined for a label that is no encoding, as `bytes` is none. */
function createDecoder(encoding: string): TextDecoder | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  } catch {
    return undefined
  }
}
