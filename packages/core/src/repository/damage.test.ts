import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { flipBit, keysOf, reopen } from '../../test/object-layer.ts'
import { SMALL_SNAPSHOT, smallRepository } from '../../test/small-repository.ts'
import type { ObjectStore } from '../ports/object-store.ts'
import { memory } from '../stores/memory-store.ts'

describe('every bit that is turned over', () => {
  let files: (readonly [string, Buffer])[]
  beforeAll(async () => {
    const { store } = await smallRepository()
    files = await Promise.all((await keysOf(store)).map(async (key) => [key, await store.get(key)] as const))
  })

  /** The repository with one bit turned over in the file that `prefix` and `n` choose. */
  async function damagedStore(prefix: string, n: number, bit: number): Promise<{ store: ObjectStore; file: string }> {
    const store = memory()
    for (const [key, bytes] of files) await store.put(key, [bytes])
    const chosen = files.filter(([key]) => key.startsWith(prefix))
    const [file, bytes] = chosen[n % chosen.length] as readonly [string, Buffer]
    await store.put(file, [flipBit(bytes, bit % (bytes.length * 8))])
    return { store, file }
  }

  it.each(['packs/', 'index/'])('in %s is found by a check that reads all', async (prefix) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (n, bit) => {
        const { store, file } = await damagedStore(prefix, n, bit)
        const check = await (await reopen(store))
          .check({ readFraction: 1 })
          // A turned bit in the version byte may make the file look newer: a refusal, not a silence.
          .catch((error: { code: string; message: string }) => error)
        if ('damage' in check) expect(check.damage.map((one) => one.file)).toContain(file)
        else expect([check.code, check.message]).toEqual(['NEWER_FORMAT', expect.stringContaining(file)])
      }),
      { numRuns: 150 },
    )
  })

  it('in snapshots/ is found by listing or loading', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (bit) => {
        const { store } = await damagedStore('snapshots/', 0, bit)
        const loading = (await reopen(store)).snapshots.load(SMALL_SNAPSHOT)
        await expect(loading).rejects.toMatchObject({ code: expect.stringMatching(/^(DAMAGED|NEWER_FORMAT)$/) })
      }),
      { numRuns: 150 },
    )
  })

  it('in config or keys/ stops the opening', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('config', 'keys/'), fc.nat(), async (prefix, bit) => {
        const { store, file } = await damagedStore(prefix, 0, bit)
        // Base64 has bits that mean nothing, in its last letter: the key is then simply right.
        const opening = reopen(store).then(
          () => 'opened',
          (error: { code: string }) => error.code,
        )
        const code = await opening
        if (file === 'config') expect(code).toMatch(/^(DAMAGED|NEWER_FORMAT|NOT_A_REPOSITORY|WRONG_PASSPHRASE|USAGE)$/)
        else expect(code).toMatch(/^(WRONG_PASSPHRASE|opened)$/)
      }),
      { numRuns: 100 },
    )
  })

  it('in packs/ never yields wrong content, only right content or an error', async () => {
    const { ids, plains } = await smallRepository()
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (n, bit) => {
        const { store } = await damagedStore('packs/', n, bit)
        const { reader } = await reopen(store)
        for (const [i, id] of ids.entries()) {
          const result = await reader.read('chunk', id).catch((error: { code: string }) => error.code)
          if (typeof result === 'string') expect(result).toBe('DAMAGED')
          else expect(result.equals(plains[i] as Buffer)).toBe(true)
        }
      }),
      { numRuns: 60 },
    )
  })
})
