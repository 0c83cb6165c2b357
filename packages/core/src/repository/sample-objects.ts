import type { ObjectId } from '../values/object-id.ts'
import type { IndexFile } from './index-file.ts'
import type { ObjectCopy } from './object-copy.ts'
import { identifyObject } from './object-identity.ts'
import type { ObjectIndex } from './object-index.ts'
import type { SampleResult } from './object-repository.ts'
import { isUnreadable, type PackedObjectReader } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'

/** Objects read back, at least, where there are so many: 1 % of a small take would be one object or two. */
const LEAST_SAMPLED = 8

/** Ids named in a result, at most. */
const NAMED_DAMAGE = 100

/**
 * Reads back a share of the copies that `files` list, from the store itself, and recomputes their ids. Index files are
 * sorted by id, ids are as good as random, so every n-th entry from a random start is a random sample.
 */
export async function sampleObjects(
  context: RepositoryContext,
  index: ObjectIndex,
  reader: PackedObjectReader,
  files: readonly IndexFile[],
  fraction: number,
): Promise<SampleResult> {
  const total = files.reduce((sum, file) => sum + file.entries, 0)
  const wanted = Math.min(total, Math.max(LEAST_SAMPLED, Math.ceil(total * fraction)))
  const stride = wanted === 0 ? 1 : total / wanted
  let next = (stride * context.randomness.bytes(4).readUInt32BE(0)) / 2 ** 32
  const damaged: ObjectId[] = []
  let position = 0
  let objects = 0
  let ok = true
  for (const file of files) {
    for await (const copy of file.copies()) {
      if (position++ < Math.floor(next)) continue
      next += stride
      objects++
      if (await verifyCopy(context, reader, copy, true)) continue
      index.noteDamaged(copy)
      ok = false
      if (damaged.length < NAMED_DAMAGE) damaged.push(copy.id)
    }
  }
  return { objects, ok, damaged }
}

/** Whether this copy yields the content that its id stands for. `direct`: read from the store itself, and so what it rests on. */
export async function verifyCopy(
  context: RepositoryContext,
  reader: PackedObjectReader,
  copy: ObjectCopy,
  direct: boolean,
): Promise<boolean> {
  try {
    const plaintext = await reader.readCopy(copy, { direct })
    return identifyObject(context.keys.id, plaintext) === copy.id
  } catch (error) {
    if (isUnreadable(error)) return false
    throw error
  }
}
