import type { ObjectId } from '../values/object-id.ts'
import type { ObjectCopy } from './object-copy.ts'
import { identifyObject } from './object-identity.ts'
import type { ObjectIndex } from './object-index.ts'
import type { SampleResult } from './object-repository.ts'
import { isUnreadable, type PackedObjectReader } from './packed-object-reader.ts'
import type { RepositoryContext } from './repository-context.ts'
import { unlessGone } from './unless-gone.ts'

/** Objects read back, at least, where there are so many: 1 % of a small take would be one object or two. */
const LEAST_SAMPLED = 8

/** Where copies are looked for and read. */
export interface SampledParts {
  readonly context: RepositoryContext
  readonly index: ObjectIndex
  readonly reader: PackedObjectReader
}

/** Ids named in a result, at most. */
const NAMED_DAMAGE = 100

/**
 * Reads back a share of the copies in `packs` that `isSampled` admits, from the store itself, and recomputes their ids. Index files
 * are sorted by id, ids are as good as random, so every n-th entry from a random start is a random sample.
 */
export async function sampleObjects(
  parts: SampledParts,
  packs: ReadonlySet<string>,
  isSampled: (copy: ObjectCopy) => boolean,
  fraction: number,
): Promise<SampleResult> {
  for (;;) {
    const result = await unlessGone(sampleListed(parts, packs, isSampled, fraction))
    if (result !== undefined) return result
    // A prune has merged an index file meanwhile.
    await parts.index.refresh()
  }
}

async function sampleListed(
  { context, index, reader }: SampledParts,
  packs: ReadonlySet<string>,
  isSampled: (copy: ObjectCopy) => boolean,
  fraction: number,
): Promise<SampleResult> {
  const files = index.files.filter((file) => file.packs.some(({ id }) => packs.has(id)))
  const copies = async function* (): AsyncGenerator<ObjectCopy> {
    for (const file of files) {
      for await (const copy of file.copies()) if (packs.has(copy.pack.id) && isSampled(copy)) yield copy
    }
  }
  let total = 0
  for await (const _ of copies()) total++
  const wanted = Math.min(total, Math.max(LEAST_SAMPLED, Math.ceil(total * fraction)))
  const stride = wanted === 0 ? 1 : total / wanted
  let next = (stride * context.randomness.bytes(4).readUInt32BE(0)) / 2 ** 32
  const damaged: ObjectId[] = []
  let position = 0
  let objects = 0
  let ok = true
  for await (const copy of copies()) {
    if (position++ < Math.floor(next)) continue
    next += stride
    objects++
    if (await verifyCopy(context, reader, copy, true)) continue
    index.noteDamaged(copy)
    ok = false
    if (damaged.length < NAMED_DAMAGE) damaged.push(copy.id)
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
