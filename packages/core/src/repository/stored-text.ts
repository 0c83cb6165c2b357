import type { ObjectReader, ObjectWriter } from '../ports/object-access.ts'
import { freeBacking, ownCopy } from '../values/free-buffer.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'

/** How a text is kept in objects. */
export interface TextForm {
  readonly kind: ObjectKind
  /** Bytes of an object, at most. */
  readonly bytes: number
  /** What each object begins with: bytes that no text has. */
  readonly mark: Buffer
}

const NEWLINE = 10

/**
 * Stores a text that comes piece by piece, so that it is never there as a whole. Resolves with the ids of its objects, in order. `bases`
 * are the ids of the text that it probably resembles.
 */
export async function writeText(
  writer: ObjectWriter,
  form: TextForm,
  texts: AsyncIterable<string> | Iterable<string>,
  bases: readonly ObjectId[] = [],
): Promise<ObjectId[]> {
  const ids: ObjectId[] = []
  let bytes = begin(form)
  let filled = form.mark.length
  const store = async (): Promise<void> => {
    const plaintext = bytes.subarray(0, filled)
    const id = writer.identify(plaintext)
    await writer.store(form.kind, id, plaintext, bases[ids.length])
    ids.push(id)
    bytes = begin(form)
    filled = form.mark.length
  }
  for await (const text of texts) {
    const piece = Buffer.from(text)
    for (let at = 0; at < piece.length; ) {
      const taken = piece.copy(bytes, filled, at)
      filled += taken
      at += taken
      if (filled === form.bytes) await store()
    }
  }
  if (filled > form.mark.length) await store()
  return ids
}

function begin({ bytes, mark }: TextForm): Buffer {
  const object = Buffer.allocUnsafeSlow(bytes)
  object.set(mark)
  return object
}

/** The lines of a stored text, without their ends; the last is what follows the last newline, perhaps nothing. */
export async function* linesOf(
  reader: ObjectReader,
  { kind, mark }: TextForm,
  ids: readonly ObjectId[],
): AsyncGenerator<string, string, undefined> {
  /** The line that is not at its end. In pieces: joining it anew for each object would copy a line of 256 MiB a thousand times. */
  let open: Buffer[] = []
  for (const id of ids) {
    const object = await reader.read(kind, id)
    let start = mark.length
    for (let end = object.indexOf(NEWLINE, start); end !== -1; end = object.indexOf(NEWLINE, start)) {
      yield joined(open, object.subarray(start, end))
      open = []
      start = end + 1
    }
    open.push(ownCopy(object.subarray(start)))
    freeBacking(object)
  }
  yield joined(open, Buffer.alloc(0))
  return ''
}

function joined(pieces: readonly Buffer[], last: Buffer): string {
  return (pieces.length === 0 ? last : Buffer.concat([...pieces, last])).toString('utf8')
}
