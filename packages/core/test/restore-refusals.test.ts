import { describe, expect, it } from 'vitest'
import { hasDifferences } from '../src/operations/difference.ts'
import { createRepository } from './support/memory-repository.ts'
import { contents, index, order, orders, shop } from './support/shop.ts'
import { targetWith } from './support/target-with.ts'

const NAME = 'public.orders'

describe('a restore is refused', () => {
  it('without confirmation where it removes or replaces records, and only there', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop(orders(5)))
    for (const target of [shop(orders(6)), shop([...orders(4), order(5, 1)])]) {
      const before = contents(target)
      const refused = repository.restore(snapshot, target, { mode: 'overwrite' })
      await expect(refused).rejects.toMatchObject({
        code: 'CONFIRMATION_REQUIRED',
        data: { collections: [{ name: 'public.audit' }, { name: 'public.empty' }, { name: NAME }] },
      })
      expect(contents(target)).toEqual(before)
    }
    expect(await repository.list()).toHaveLength(1)
    const target = shop(orders(4))
    await repository.restore(snapshot, target, { mode: 'overwrite' })
    expect(contents(target)).toEqual(contents(shop(orders(5))))
  })

  it.each([
    ['a record changed', (target: ReturnType<typeof shop>) => target.update(NAME, order(3, 5))],
    ['a record came', (target: ReturnType<typeof shop>) => target.insert('public.audit', ['new', 1])],
    ['a record went', (target: ReturnType<typeof shop>) => target.remove('public.audit', ['logout', 2])],
    ['a table went', (target: ReturnType<typeof shop>) => target.dropTable('public.empty')],
  ])('when the target has moved since its plan: %s', async (_, move) => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = shop(orders(12))
    const plan = await repository.plan(snapshot, target, { mode: 'overwrite' })
    move(target)
    const before = contents(target)
    await expect(repository.apply(plan, { safety: false })).rejects.toMatchObject({ code: 'TARGET_MOVED' })
    expect(contents(target)).toEqual(before)
    expect(target.openReadPoints).toBe(0)
    target.insert(NAME, order(99))
  })

  it('when a table that was to be created has appeared', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop(), { include: ['orders'] })
    const target = shop()
    target.dropTable(NAME)
    const plan = await repository.plan(snapshot, target, { mode: 'append' })
    target.createTable(NAME, { columns: { id: 'integer', paid: 'boolean', note: 'text' }, key: ['id'] })
    await expect(repository.apply(plan)).rejects.toMatchObject({ code: 'TARGET_MOVED' })
    expect(target.rows(NAME)).toEqual([])
  })

  it('while another one holds the collections', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = shop(orders(3))
    const plan = await repository.plan(snapshot, target, { mode: 'overwrite' })
    let second: unknown
    const slow = targetWith(target, {
      beforeCommit: async () => {
        second = await repository.apply(plan, { safety: false }).catch((error: unknown) => error)
      },
    })
    await repository.apply({ ...plan, target: slow }, { safety: false })
    expect(second).toMatchObject({ code: 'LOCK_TIMEOUT' })
    expect(contents(target)).toEqual(contents(shop()))
  })
})

describe('a restore that fails leaves the target as it was', () => {
  it('when its commit fails, or it is interrupted', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const database = shop(orders(8))
    const before = contents(database)
    const failing = targetWith(database, {
      beforeCommit: () => {
        throw new Error('the disk is full')
      },
    })
    const options = { mode: 'overwrite', confirm: true } as const
    await expect(repository.restore(snapshot, failing, options)).rejects.toThrow('the disk is full')
    const plan = await repository.plan(snapshot, database, { mode: 'overwrite' })
    await expect(repository.apply(plan, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    for (const safety of [true, false]) {
      const controller = new AbortController()
      database.faults.set(NAME, { beforeBuffer: () => controller.abort() })
      await expect(repository.apply(plan, { safety, signal: controller.signal })).rejects.toMatchObject({
        code: 'INTERRUPTED',
      })
      database.faults.clear()
    }
    expect(contents(database)).toEqual(before)
    expect(database.openReadPoints).toBe(0)
    database.insert(NAME, order(50))
  })
})

describe('a restore that was done', () => {
  it('is not called proven where somebody wrote meanwhile', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    for (const [mode, write, proven] of [
      ['overwrite', (target: ReturnType<typeof shop>) => target.insert(NAME, order(99)), false],
      ['overwrite', (target: ReturnType<typeof shop>) => target.remove(NAME, order(7)), false],
      ['append', (target: ReturnType<typeof shop>) => target.update(NAME, order(7, 3)), false],
      ['append', (target: ReturnType<typeof shop>) => target.insert(NAME, order(99)), true],
    ] as const) {
      const database = shop([])
      const target = targetWith(database, { afterCommit: () => write(database) })
      const restored = repository.restore(snapshot, target, { mode, confirm: true })
      if (proven) expect((await restored).proof.collections.at(-1)).toMatchObject({ name: NAME, added: 1 })
      else await expect(restored).rejects.toMatchObject({ code: 'RESTORE_UNPROVEN', data: { collections: [NAME] } })
      expect(database.openReadPoints).toBe(0)
    }
  })

  it('needs nobody who listens to its warnings', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    const target = targetWith(shop([]), { warning: { code: 'ENGINE_SAYS', message: 'something' } })
    const plan = await repository.plan(snapshot, target, { mode: 'overwrite' })
    const { proof } = await repository.apply(plan, {})
    expect(hasDifferences(proof)).toBe(false)
  })

  it('warns of a schema that could not be made the same, but where it was to append', async () => {
    const repository = await createRepository()
    const snapshot = await repository.take(shop())
    for (const [mode, expected] of [
      ['overwrite', ['ENGINE_SAYS', 'ENGINE_SAYS', 'SCHEMA_DIFFERS']],
      ['append', ['ENGINE_SAYS', 'ENGINE_SAYS']],
    ] as const) {
      const database = shop([])
      const target = targetWith(database, {
        warning: { code: 'ENGINE_SAYS', message: 'something' },
        afterCommit: () => database.define(index('orders_note', 'paid')),
      })
      const heard: { code: string; message: string }[] = []
      const options = { mode, onWarning: (warning: (typeof heard)[number]) => heard.push(warning) }
      const plan = await repository.plan(snapshot, target, options)
      expect(plan.warnings).toEqual([{ code: 'ENGINE_SAYS', message: 'something' }])
      await repository.apply(plan, options)
      expect(heard.map(({ code }) => code)).toEqual(expected)
      if (mode === 'overwrite') expect(heard.at(-1)?.message).toContain('index public.orders_note')
    }
  })
})
