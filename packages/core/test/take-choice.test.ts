import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../src/operations/take-snapshot.ts'
import { createRepository } from './support/memory-repository.ts'
import { orders, shop } from './support/shop.ts'

const namesOf = ({ collections }: Snapshot) => collections.map(({ layout }) => layout.name)

describe('a take', () => {
  it('takes what include names and exclude does not', async () => {
    const repository = await createRepository()
    const database = shop()
    expect(namesOf(await repository.take(database, { include: ['orders'] }))).toEqual(['public.orders'])
    expect(namesOf(await repository.take(database, { exclude: ['e*', 'audit'] }))).toEqual(['public.orders'])
    expect(namesOf(await repository.take(database, { include: ['public.*'], exclude: ['orders'] }))).toEqual([
      'public.audit',
      'public.empty',
    ])
  })

  it.each([{ include: ['order'] }, { exclude: ['orders', 'invoices'] }])(
    'refuses a name that fits nothing: %o',
    async (choice) => {
      const repository = await createRepository()
      const database = shop()
      await expect(repository.take(database, choice)).rejects.toMatchObject({ code: 'UNKNOWN_COLLECTION' })
      expect(await repository.list()).toEqual([])
      expect(database.openReadPoints).toBe(0)
    },
  )

  it.each([1, 2, 3])('reads %i collections at a time, and no more, whatever is larger first', async (concurrency) => {
    const database = shop(orders(50))
    database.insert('public.empty', [1])
    const begun: string[] = []
    let reading = 0
    let most = 0
    for (const table of database.tables) {
      database.faults.set(table, {
        beforeBuffer: async () => {
          begun.push(table)
          most = Math.max(most, ++reading)
          // Others that may begin have begun before this one goes on.
          for (let turn = 0; turn < 50; turn++) await Promise.resolve()
          reading--
        },
      })
    }
    await (await createRepository()).take(database, { concurrency })
    expect(begun).toEqual(['public.orders', 'public.audit', 'public.empty'])
    expect(most).toBe(concurrency)
  })

  it('passes on warnings and keeps them', async () => {
    const database = shop()
    const warning = { code: 'LARGE_OBJECTS_LEFT_OUT', message: 'Two large objects were left out.', detail: 'not kept' }
    const source = {
      engine: database.engine,
      label: database.label,
      openReadPoint: (options: Parameters<typeof database.openReadPoint>[0]) => {
        options.onWarning(warning)
        return database.openReadPoint(options)
      },
    }
    const heard: unknown[] = []
    const repository = await createRepository()
    const { warnings } = await repository.take(source, { onWarning: (told) => heard.push(told) })
    expect(warnings).toEqual([{ code: warning.code, message: warning.message }])
    expect(heard).toEqual([warning])
    expect((await repository.take(source)).warnings).toEqual(warnings)
  })
})
