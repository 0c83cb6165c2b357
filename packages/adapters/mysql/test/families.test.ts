import { memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import { describe, expect, it } from 'vitest'
import { mysql } from '../src/index.ts'
import { everyKind } from './every-kind.ts'
import { testDatabase } from './test-database.ts'

const PLAIN = [
  `CREATE TABLE customers (id int unsigned NOT NULL AUTO_INCREMENT, name varchar(50) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci, born date, balance decimal(10,2) NOT NULL DEFAULT 0.00,
     picture blob, ratio float, flags bit(3), changed timestamp NOT NULL DEFAULT current_timestamp ON UPDATE current_timestamp,
     twice decimal(11,2) GENERATED ALWAYS AS (balance * 2) VIRTUAL, PRIMARY KEY (id), KEY name (name), FULLTEXT KEY words (name)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  `CREATE TABLE orders (id int NOT NULL, customer int unsigned, place point NOT NULL, PRIMARY KEY (id), SPATIAL KEY place (place),
     CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`,
  `INSERT INTO customers (name, born, picture, ratio, flags, changed) VALUES ('Ä', '0000-00-00', x'00ff5c0a', 1.2345678, b'101', '2024-01-01')`,
  `INSERT INTO orders VALUES (1, 1, ST_GeomFromText('POINT(1 2)')), (2, NULL, ST_GeomFromText('POINT(1 2)'))`,
]

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('a snapshot of %s', (flavour) => {
  const other = flavour === 'mysql' ? 'mariadb' : 'mysql'

  it('is restored into the other family, record by record the same', async () => {
    const [source, target] = [await testDatabase(flavour), await testDatabase(other)]
    for (const { sql } of [source, target]) await sql('ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci')
    await source.sql(...PLAIN)
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(source.url))
    const { proof } = await repository.restore(snapshot, mysql(target.url), { mode: 'create' })
    expect(proof.collections.map(({ added, removed, changed }) => [added, removed, changed])).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ])
    expect(await target.sql('SELECT HEX(ratio * 1e0) AS hex, flags + 0 AS flags, twice FROM customers')).toEqual(
      await source.sql('SELECT HEX(ratio * 1e0) AS hex, flags + 0 AS flags, twice FROM customers'),
    )
    await Promise.all([source.close(), target.close()])
  })

  it('is refused by the other family where it has not the like, by name, before anything is written', async () => {
    const [source, target] = [await testDatabase(flavour), await testDatabase(other)]
    await source.sql(...everyKind(flavour))
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(source.url))
    const refusal = await repository.plan(snapshot, mysql(target.url), { mode: 'create' }).catch((error) => error)
    expect(refusal.code).toBe('INCOMPATIBLE_TARGET')
    const refused: string[] = refusal.data.refused
    const expected =
      flavour === 'mysql'
        ? [
            'index modern.expression',
            'index modern.unseen',
            'column modern.hidden',
            'column modern.place',
            'column modern.v',
            'constraint modern.lax',
            'table customers',
          ]
        : [
            'sequence tickets',
            'column ticketed.id',
            'table versioned',
            'table booked',
            'column modern.id',
            'column modern.ip',
            'column modern.hidden',
            'index modern.unused',
            'table aria_table',
          ]
    for (const name of expected)
      expect(
        refused.some((text) => text.startsWith(`${name} (`)),
        `${name} in ${refused}`,
      ).toBe(true)
    expect(await target.sql('SHOW TABLES')).toEqual([])
    await Promise.all([source.close(), target.close()])
  })
})
