import { randomBytes } from 'node:crypto'
import { atEveryStep, faultyStore, MemoryDatabase } from '@dbsnap/adapter-test-kit'
import { DESTROY_ALL_DATA, generateRecoveryKey, memory, type ObjectStore, Repository } from '@dbsnap/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { orderOfCalls } from '../src/order-of-calls.ts'

/** `npm run prove` asks for every order of the second kind too. */
const FULL = process.env.DBSNAP_KEY_CHANGES === 'full'
const OLD = { masterKey: randomBytes(32).toString('hex') }
const NEW = { masterKey: randomBytes(32).toString('hex') }
const RECOVERY = { recoveryKey: generateRecoveryKey() }
type Secret = typeof OLD | typeof RECOVERY

async function copyOf(store: ObjectStore): Promise<ObjectStore> {
  const copy = memory()
  for await (const { key } of store.list('')) await copy.put(key, [await store.get(key)])
  return copy
}

/** Whether a secret opens the repository and reads all that is in it; any other failure than a refusal is the test's. */
async function reads(store: ObjectStore, secret: Secret): Promise<boolean> {
  try {
    const repository = await Repository.open(store, secret)
    let rows = 0
    for await (const _ of repository.records('latest', 'orders')) rows++
    expect(rows).toBe(20)
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== 'WRONG_PASSPHRASE') throw error
    return false
  }
}

const base = memory()

beforeAll(async () => {
  const database = new MemoryDatabase()
  database.createTable('orders', { columns: { id: 'integer', note: 'text' }, key: ['id'] })
  for (let id = 1; id <= 20; id++) database.insert('orders', [id, `note ${id}`])
  const repository = await Repository.create(base, OLD)
  await repository.take(database)
})

describe('a change of keys whose store dies at any call', () => {
  const changes: Record<string, (repository: Repository) => Promise<unknown>> = {
    add: ({ keys }) => keys.add(NEW),
    rotate: ({ keys }) => keys.rotate(undefined, NEW),
    'add, then remove the old one': async ({ keys }) => {
      await keys.add(NEW)
      const old = (await keys.list()).find(({ current }) => current)
      await keys.remove(old?.id as string)
    },
  }

  it.each(Object.entries(changes))('%s: leaves the old or the new secret, and can be done again', async (_, change) => {
    let [old, both, onlyNew] = [0, 0, 0]
    const fired = await atEveryStep(async (schedule) => {
      const store = await copyOf(base)
      await Repository.open(faultyStore(store, schedule), OLD)
        .then(change)
        .catch(() => undefined)
      const opened = { old: await reads(store, OLD), new: await reads(store, NEW) }
      expect(opened.old || opened.new, schedule.firedAt ?? 'no fault').toBe(true)
      if (opened.old && opened.new) both++
      else if (opened.old) old++
      else onlyNew++
      const again = await Repository.open(store, opened.new ? NEW : OLD)
      if (!opened.new) await again.keys.add(NEW)
      for (const { id, current, state } of await again.keys.list()) {
        if (state === 'removing' || (opened.new && !current)) await again.keys.remove(id)
      }
      expect(await reads(store, NEW)).toBe(true)
    })
    expect(fired).toBeGreaterThanOrEqual(10)
    expect(old).toBeGreaterThan(0)
    expect(both).toBeGreaterThan(0)
    if (_ !== 'add') expect(onlyNew).toBeGreaterThan(0)
  })

  it('making a repository: leaves none, or one that every secret opens', async () => {
    let made = 0
    await atEveryStep(async (schedule) => {
      const store = memory()
      await Repository.create(faultyStore(store, schedule), { ...OLD, ...RECOVERY }).catch(() => undefined)
      if ((await store.stat('config')) === undefined) {
        await (await Repository.create(store, { ...OLD, ...RECOVERY })).close()
      } else made++
      for (const secret of [OLD, RECOVERY]) await Repository.open(store, secret)
    })
    expect(made).toBeGreaterThan(0)
  })
})

describe('two changes of keys at once', () => {
  // Each makes 10 calls or so; every order of the first 12 of both is tried, then the one that remains goes on.
  const ORDERS = Array.from({ length: 2 ** 12 }, (_, i) => [...i.toString(2).padStart(12, '0')].map(Number))

  /** `own` is the id of the slot that the repository was opened with. */
  type Change = (repository: Repository, own: string) => Promise<unknown>

  async function inEveryOrder(
    secrets: readonly [Secret, Secret],
    changes: readonly [Change, Change],
    verify: (store: ObjectStore, ended: readonly boolean[]) => Promise<void>,
    every = 1,
  ): Promise<void> {
    const start = await copyOf(base)
    await (await Repository.open(start, OLD)).keys.add(NEW)
    for (const order of ORDERS.filter((_, i) => i % every === 0)) {
      const store = await copyOf(start)
      const turns = orderOfCalls(order, 2)
      const repositories = await Promise.all(secrets.map((secret, i) => Repository.open(turns.store(store, i), secret)))
      const own = await Promise.all(
        repositories.map(async ({ keys }) => (await keys.list()).find(({ current }) => current)?.id as string),
      )
      turns.begin()
      const ended = await Promise.all(
        changes.map((change, i) =>
          change(repositories[i] as Repository, own[i] as string)
            .then(
              () => true,
              (error: { code?: string }) => {
                if (error.code !== 'LAST_KEY_SLOT' && error.code !== 'UNKNOWN_KEY_SLOT') throw error
                return false
              },
            )
            .finally(() => turns.end(i)),
        ),
      )
      await verify(store, ended)
    }
  }

  const removeOwn: Change = ({ keys }, own) => keys.remove(own)

  it('that remove one slot each, of two, never leave none: in every order of their calls', async () => {
    const counts = { first: 0, second: 0, neither: 0 }
    await inEveryOrder([OLD, NEW], [removeOwn, removeOwn], async (store, [first, second]) => {
      expect(first && second).toBe(false)
      expect([await reads(store, OLD), await reads(store, NEW)]).toEqual([!first, !second])
      counts[first ? 'first' : second ? 'second' : 'neither']++
    })
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0)
    // All 4 096 orders: ten seconds alone, a minute beside other work.
  }, 300_000)

  it('that rotate the same slot leave both new secrets', async () => {
    const other = { masterKey: randomBytes(32).toString('hex') }
    await inEveryOrder(
      [OLD, OLD],
      [({ keys }) => keys.rotate(undefined, other), ({ keys }) => keys.rotate(undefined, RECOVERY)],
      async (store, ended) => {
        // Who comes late finds no slot to rotate, and says so.
        expect(ended.includes(true)).toBe(true)
        expect(await reads(store, NEW)).toBe(true)
        for (const [i, secret] of [other, RECOVERY].entries())
          if (ended[i]) expect(await reads(store, secret)).toBe(true)
      },
      FULL ? 1 : 17,
    )
  })
})

describe('without a secret', () => {
  it('a forgotten passphrase with the recovery key at hand loses nothing', async () => {
    const store = await copyOf(base)
    await (await Repository.open(store, OLD)).keys.add(RECOVERY)
    const typed = RECOVERY.recoveryKey.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    const repository = await Repository.open(store, { recoveryKey: typed })
    const lost = (await repository.keys.list()).find(({ provider }) => provider === 'master-key')
    await repository.keys.rotate(lost?.id, NEW)
    expect([await reads(store, OLD), await reads(store, NEW), await reads(store, RECOVERY)]).toEqual([
      false,
      true,
      true,
    ])
    expect(await (await Repository.open(store, NEW)).check({ readFraction: 1 })).toMatchObject({ sound: true })
  })

  it('with no slot left nothing can be read', async () => {
    const store = await copyOf(base)
    const { keys } = await Repository.open(store, OLD)
    const [slot] = await keys.list()
    await expect(keys.remove(slot?.id as string)).rejects.toMatchObject({ code: 'LAST_KEY_SLOT' })
    expect(await reads(store, OLD)).toBe(true)
    await keys.remove(slot?.id as string, { lastSlot: DESTROY_ALL_DATA })
    for (const secret of [OLD, NEW, RECOVERY]) expect(await reads(store, secret)).toBe(false)
    await expect(Repository.open(store)).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  })
})
