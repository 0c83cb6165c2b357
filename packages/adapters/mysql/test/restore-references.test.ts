import { type DiffSummary, memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import { describe, expect, it } from 'vitest'
import { mysql } from '../src/index.ts'
import { testDatabase } from './test-database.ts'

const PARENT = 'CREATE TABLE parent (id int PRIMARY KEY, n int)'
/** It has the table loaded beside and replaced. */
const TRIGGER = 'CREATE TRIGGER on_insert BEFORE INSERT ON parent FOR EACH ROW SET NEW.n = NEW.n'
const KEY = 'CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES'

const isEqual = ({ collections, schema }: DiffSummary): boolean =>
  collections.every(({ added, removed, changed }) => added + removed + changed === 0) &&
  schema.added + schema.removed + schema.changed === 0

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('what refers to restored tables of %s', (flavour) => {
  it('is put right where it differs and what it refers to is replaced', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      PARENT,
      TRIGGER,
      `CREATE TABLE child (id int PRIMARY KEY, parent int, KEY parent (parent), ${KEY} parent (id) ON DELETE CASCADE)`,
      'INSERT INTO parent VALUES (1, 1)',
      'INSERT INTO child VALUES (1, 1)',
    )
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(database.url))
    await database.sql(
      'ALTER TABLE child DROP FOREIGN KEY of_parent',
      `ALTER TABLE child ADD ${KEY} parent (id)`,
      'UPDATE parent SET n = 2',
    )
    const { proof } = await repository.restore(snapshot, mysql(database.url), { mode: 'overwrite', confirm: true })
    expect(isEqual(proof)).toBe(true)
    await database.close()
  })

  it('has its index exchanged while the foreign key needs one', async () => {
    const database = await testDatabase(flavour)
    await database.sql(
      PARENT,
      `CREATE TABLE child (id int PRIMARY KEY, parent int, KEY by_parent (parent), ${KEY} parent (id))`,
      'INSERT INTO parent VALUES (1, 1)',
      'INSERT INTO child VALUES (1, 1)',
    )
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(database.url))
    await database.sql(
      'ALTER TABLE child DROP INDEX by_parent, ADD INDEX longer (parent, id)',
      'INSERT INTO child VALUES (2, 1)',
    )
    const { proof } = await repository.restore(snapshot, mysql(database.url), { mode: 'overwrite', confirm: true })
    expect(isEqual(proof)).toBe(true)
    await database.close()
  })

  it('from another database keeps a table from being replaced, before anything is written', async () => {
    const [database, other] = [await testDatabase(flavour), await testDatabase(flavour)]
    const name = new URL(database.url).pathname.slice(1)
    await database.sql(PARENT, TRIGGER, 'INSERT INTO parent VALUES (1, 1)')
    await other.sql(`CREATE TABLE child (parent int, ${KEY} \`${name}\`.parent (id))`, 'INSERT INTO child VALUES (1)')
    const before = await other.sql('SHOW CREATE TABLE child')
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(database.url))
    await database.sql('UPDATE parent SET n = 2')
    await expect(repository.plan(snapshot, mysql(database.url), { mode: 'overwrite' })).rejects.toMatchObject({
      code: 'INCOMPATIBLE_TARGET',
      data: { table: 'parent', constraint: 'of_parent' },
    })
    expect(await other.sql('SHOW CREATE TABLE child')).toEqual(before)
    expect(await database.sql('SELECT n FROM parent')).toEqual([{ n: '2' }])
    await Promise.all([database.close(), other.close()])
  })
})
