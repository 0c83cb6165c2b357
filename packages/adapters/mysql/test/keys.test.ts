import { memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS } from '@dbsnap/test-servers'
import { describe, expect, it } from 'vitest'
import { mysql } from '../src/index.ts'
import { testDatabase } from './test-database.ts'

const WORDS = [
  'b',
  'B1',
  'a',
  'A1',
  'ä2',
  'z',
  '',
  'a b',
  'ab',
  'a-b',
  'Z9',
  '10',
  '9',
  '_',
  'ß',
  'a\tb',
  'a\nb',
  '\\',
  '€',
  '😀',
  'x'.repeat(700),
]
const LATIN = ['b', 'B1', 'a', 'ä2', '', '€', 'ÿ', 'ß', 'z', 'a\tb', '\u0081']
const DEEP = Array.from({ length: 30 }, (_, i) => 'd'.repeat(740) + String.fromCharCode(97 + ((i * 7) % 26)) + i)

/** A key column's type and values that its own collation, sign or form orders otherwise than we do. */
const KEYS: readonly (readonly [type: string, values: readonly string[]])[] = [
  ['varchar(750) COLLATE utf8mb4_unicode_ci', WORDS],
  ['varchar(750) COLLATE utf8mb4_bin', WORDS],
  ['varchar(750) COLLATE utf8mb4_bin', DEEP],
  ['varchar(700) CHARACTER SET latin1', LATIN],
  ['varchar(100) CHARACTER SET latin1 COLLATE latin1_bin', LATIN],
  ['varchar(100) CHARACTER SET utf16', LATIN],
  ['char(10) COLLATE utf8mb4_general_ci', ['b', 'a', 'B2', '', 'ab']],
  ['varbinary(100)', WORDS.filter((word) => word.length < 50)],
  ['binary(3)', ['b', 'a', 'ab', '\0b']],
  ['bigint unsigned', ['18446744073709551615', '0', '9', '10', '9223372036854775808']],
  ['int zerofill', ['5', '100', '20']],
  ['decimal(20,3) unsigned', ['10', '9.999', '0', '123456789.001']],
  ['double', ['-0.5', '1e300', '10', '9', '-1e-5']],
  ['float', ['0.1', '10', '9', '-3.5']],
  ['time(3)', ['-838:59:59', '100:00:00', '12:00:00', '-01:00:00', '00:00:00.001']],
  ['datetime(6)', ['2024-01-01 00:00:00.000001', '0000-00-00', '1999-12-31 23:59:59.9']],
  ['timestamp(2)', ['2024-01-01 00:00:00.01', '1999-12-31 23:59:59.9']],
  ['year', ['2155', '0000', '1901']],
  ['bit(20)', ['\u0001\0', '\u0002', '\u000f\0\0']],
  [`enum('z','b','a','10')`, ['a', 'b', 'z', '10']],
  [`set('z','b','a')`, ['a', 'b,a', 'z', '', 'z,a']],
]

describe.skipIf(!canStartMysql()).each(MYSQL_FLAVOURS)('a key on %s', (flavour) => {
  it('of every type is read in the order of its bytes, changed and restored', async () => {
    const [source, target] = [await testDatabase(flavour), await testDatabase(flavour)]
    for (const [i, [type, values]] of KEYS.entries()) {
      await source.sql(
        `CREATE TABLE k${i} (note int, k ${type} NOT NULL, second int NOT NULL, PRIMARY KEY (k, second))`,
      )
      for (const value of values) {
        const text = value.replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')
        await source.sql(`INSERT INTO k${i} VALUES (1, '${text}', 10), (2, '${text}', 9)`)
      }
    }
    const repository = await Repository.create(memory(), { unencrypted: true })
    const before = await repository.take(mysql(source.url))
    expect(before.collections.map(({ records }) => records).sort()).toEqual(
      KEYS.map(([, values]) => values.length * 2).sort(),
    )
    await repository.restore(before, mysql(target.url), { mode: 'create' })
    for (const i of KEYS.keys())
      await target.sql(`DELETE FROM k${i} WHERE note = 1 LIMIT 2`, `UPDATE k${i} SET note = 3 LIMIT 1`)
    const { proof, collections } = await repository.restore(before, mysql(target.url), {
      mode: 'overwrite',
      confirm: true,
    })
    expect(new Set(collections.map(({ route }) => route))).toEqual(new Set(['change']))
    expect(proof.collections.every(({ added, removed, changed }) => added + removed + changed === 0)).toBe(true)
    await Promise.all([source.close(), target.close()])
  })

  it('is the first unique index by name where there is no primary key', async () => {
    const source = await testDatabase(flavour)
    await source.sql(
      `CREATE TABLE t (a int, b int NOT NULL, c int NOT NULL, g int GENERATED ALWAYS AS (b + 1) STORED, UNIQUE KEY a (a), UNIQUE KEY z (c), UNIQUE KEY y (b))`,
      `INSERT INTO t (a, b, c) VALUES (NULL, 2, 1), (NULL, 1, 2)`,
    )
    const point = await mysql(source.url).openReadPoint({ concurrency: 1, onWarning: () => {} })
    expect(point.collections[0]?.key).toEqual([{ column: 1, order: 'integer' }])
    expect(point.collections[0]?.columns.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    await point.close()
    await source.close()
  })
})
