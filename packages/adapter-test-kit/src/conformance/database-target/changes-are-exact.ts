import assert from 'node:assert/strict'
import { formOf } from '../database-source/copy-text-form.ts'
import { numberedTable } from '../database-source/numbered-table.ts'
import { everything, withReadPoint } from '../database-source/read-collection.ts'
import type { Law } from '../law.ts'
import type { DatabaseTargetFixture } from './database-target-fixture.ts'
import { contentsLike, contentsNow, createAll, operations, requestFor, withRestore } from './restore-by-hand.ts'

export const changesAreExact: Law<'changes-are-exact', DatabaseTargetFixture> = {
  name: 'changes-are-exact',
  promise:
    'differences alone are written where the shapes agree; a record is replaced whatever the order of its two halves',
  async check(fixture) {
    await changeKeyed(fixture)
    if (formOf(fixture).keyless) await changeKeyless(fixture)
    assert.equal(await fixture.openTargetConnections(), 0)
  },
}

async function changeKeyed(fixture: DatabaseTargetFixture): Promise<void> {
  const keyed = await fixture.createTable(numberedTable('with_key', 5))
  await withReadPoint(fixture.source, everything, async (point) => {
    await createAll(fixture.target, point)
    await withRestore(fixture.target, requestFor(point, 'overwrite'), async (session) => {
      assert.equal(session.routes.get(keyed), 'change')
      assert.deepEqual(
        session.current.collections.map(({ name }) => name),
        [keyed],
      )
      await session.change(
        keyed,
        operations(
          fixture,
          keyed,
          ['insert', '2', 'changed \\ back\tslash'],
          ['remove', '2', 'note of 2'],
          ['remove', '4', 'note of 4'],
          ['insert', '9', null],
        ),
      )
      await session.commit()
    })
  })
  assert.deepEqual((await contentsNow(fixture))[keyed], [
    ...contentsLike(fixture, keyed, [
      ['1', 'note of 1'],
      ['2', 'changed \\ back\tslash'],
      ['3', 'note of 3'],
      ['5', 'note of 5'],
      ['9', null],
    ]),
  ])
}

async function changeKeyless(fixture: DatabaseTargetFixture): Promise<void> {
  const rows = [
    ['1', 'same'],
    ['1', 'same'],
    ['2', 'other'],
  ]
  const keyless = await fixture.createTable({ ...numberedTable('without_key', 0), key: [], rows })
  await withReadPoint(fixture.source, { ...everything, include: [keyless] }, async (point) => {
    await createAll(fixture.target, point)
    await withRestore(fixture.target, requestFor(point, 'overwrite'), async (session) => {
      assert.equal(session.routes.get(keyless), 'change')
      await session.change(keyless, operations(fixture, keyless, ['remove', '1', 'same'], ['insert', '2', 'other']))
      await session.commit()
    })
  })
  assert.deepEqual(
    (await contentsNow(fixture))[keyless],
    contentsLike(fixture, keyless, [
      ['1', 'same'],
      ['2', 'other'],
      ['2', 'other'],
    ]),
  )
}
