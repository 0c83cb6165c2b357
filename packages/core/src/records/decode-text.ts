import { isAscii, isUtf8 } from 'node:buffer'
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

/**
 * Whether `decodeText` would read every piece of these bytes as UTF-8: `ascii` and `utf8` say so, the first because every
 * encoding of the servers has ASCII in it; undefined where it has to be asked piece by piece.
 */
export function plainDecoding(bytes: Buffer, encoding: string): 'ascii' | 'utf8' | undefined {
  if (isAscii(bytes)) return 'ascii'
  return (encoding === 'utf-8' || encoding === 'bytes') && isUtf8(bytes) ? 'utf8' : undefined
}
