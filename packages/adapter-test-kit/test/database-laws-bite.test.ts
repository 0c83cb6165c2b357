import { SourceFailedError } from '@dbsnap/core/errors'
import type { DatabaseTarget, ReadPoint, RestoreSession } from '@dbsnap/core/ports'
import { describe, expect, it } from 'vitest'
import {
  DATABASE_SOURCE_LAWS,
  DATABASE_TARGET_LAWS,
  type DatabaseSourceLawName,
  type DatabaseTargetFixture,
  type DatabaseTargetLawName,
  type MemoryDatabase,
} from '../src/index.ts'
import { memoryFixture } from './memory-fixture.ts'

/** Delegates to `thing`, but for the members given. */
function altered<T extends object>(thing: T, members: Partial<T>): T {
  return new Proxy(thing, {
    get(target, name) {
      if (name in members) return members[name as keyof T]
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function withPoint(database: DatabaseTarget, members: (point: ReadPoint) => Partial<ReadPoint>): DatabaseTarget {
  return altered(database, {
    openReadPoint: async (options) => {
      const point = await database.openReadPoint(options)
      return altered(point, members(point))
    },
  })
}

function withSession(
  database: DatabaseTarget,
  members: (session: RestoreSession) => Partial<RestoreSession>,
): DatabaseTarget {
  return altered(database, {
    openRestore: async (request) => {
      const session = await database.openRestore(request)
      return altered(session, members(session))
    },
  })
}

type BrokenSource = (fixture: DatabaseTargetFixture) => Partial<DatabaseTargetFixture>
const database = (fixture: DatabaseTargetFixture): MemoryDatabase => fixture.source as MemoryDatabase

const sources: Record<DatabaseSourceLawName, BrokenSource> = {
  'layouts-tell-the-truth': (fixture) => ({
    source: withPoint(database(fixture), (point) => ({ collections: [...point.collections].reverse() })),
  }),
  'records-in-key-order': (fixture) => {
    for (const order of ['integer', 'decimal', 'date', 'text', 'two']) {
      database(fixture).faults.set(`by_${order}`, { outOfOrder: true })
    }
    return {}
  },
  'native-types-are-exact': (fixture) => ({
    nativeValues: [{ type: 'decimal(10,2)', values: ['1.50'] }],
    ...drops(fixture),
  }),
  'keyless-is-whole': (fixture) => drops(fixture),
  'read-point-is-frozen': (fixture) => ({
    source: withPoint(database(fixture), () => ({
      async *read(collection) {
        const now = await database(fixture).openReadPoint({ concurrency: 1, onWarning: () => {} })
        yield* now.read(collection)
        await now.close()
      },
    })),
  }),
  'choices-are-kept': (fixture) => ({
    source: altered(database(fixture), {
      openReadPoint: (options) => database(fixture).openReadPoint({ ...options, exclude: [] }),
    }),
  }),
  'abort-ends-promptly': (fixture) => ({
    source: withPoint(database(fixture), (point) => ({ read: (collection) => point.read(collection) })),
  }),
  'leaving-early-frees': (fixture) => ({
    source: withPoint(database(fixture), (point) => ({ read: (collection) => stubborn(point.read(collection)) })),
  }),
  'secrets-stay-secret': (fixture) => ({
    unusable: {
      source: altered(database(fixture), {
        openReadPoint: () =>
          Promise.reject(new SourceFailedError('no', { hint: 'none', cause: new Error('postgres://me:hunter2@host') })),
      }),
      secrets: ['hunter2'],
    },
  }),
}

/** Every reading lacks the last byte but the newline. */
function drops(fixture: DatabaseTargetFixture): Partial<DatabaseTargetFixture> {
  const read = async function* (point: ReadPoint, collection: string): AsyncGenerator<Buffer> {
    const parts: Buffer[] = []
    for await (const part of point.read(collection)) parts.push(part)
    const text = Buffer.concat(parts).toString()
    yield Buffer.from(text.replaceAll('1.50', '1.5').replace(/[^\n]*\n/, ''))
  }
  return {
    source: withPoint(database(fixture), (point) => ({ read: (collection) => read(point, collection) })),
  }
}

/** An iterable whose reading goes on when its reader leaves. */
function stubborn(items: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]: () => {
      const iterator = items[Symbol.asyncIterator]()
      return { next: () => iterator.next() }
    },
  }
}

const targets: Record<DatabaseTargetLawName, BrokenSource> = {
  'created-equals-source': ({ target }) => ({
    target: withSession(target, (session) => ({
      load: async (collection, records) => {
        await session.load(collection, cutShort(records))
      },
    })),
  }),
  'create-refuses-what-is-there': ({ target }) => ({
    target: altered(target, {
      openRestore: (request) => target.openRestore({ ...request, mode: 'overwrite' }),
    }),
  }),
  'changes-are-exact': ({ target }) => ({
    target: withSession(target, (session) => ({
      change: async (collection, operations) => {
        const inserts = async function* () {
          for await (const item of operations)
            if (item.operation === 'insert' || collection !== 'without_key') yield item
        }
        await session.change(collection, inserts())
      },
    })),
  }),
  'failed-restore-changes-nothing': ({ target }) => ({
    target: withSession(target, (session) => ({ abort: () => session.commit().catch(() => session.abort()) })),
  }),
}

async function* cutShort(items: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const parts: Buffer[] = []
  for await (const item of items) parts.push(item)
  const text = Buffer.concat(parts).toString('latin1')
  yield Buffer.from(text.slice(text.indexOf('\n') + 1), 'latin1')
}

describe('a database that breaks a law', () => {
  it.each(DATABASE_SOURCE_LAWS.map((law) => [law.name, law] as const))('%s is found out', async (name, law) => {
    const fixture = await memoryFixture()
    await expect(law.check({ ...fixture, ...sources[name](fixture) })).rejects.toThrow()
  })

  it.each(DATABASE_TARGET_LAWS.map((law) => [law.name, law] as const))('%s is found out', async (name, law) => {
    const fixture = await memoryFixture()
    await expect(law.check({ ...fixture, ...targets[name](fixture) })).rejects.toThrow()
  })
})
