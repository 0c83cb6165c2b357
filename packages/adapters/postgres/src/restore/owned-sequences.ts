import type { TargetConnection } from './target-connection.ts'

const OWNED = `
SELECT pg_catalog.format('%I.%I', sn.nspname, s.relname) AS sequence,
       pg_catalog.format('%I.%I', tn.nspname, t.relname) AS "table",
       pg_catalog.quote_ident(a.attname) AS "column", q.seqcycle AS cycle,
       q.seqincrement::text AS increment, q.seqmin::text AS minimum, q.seqmax::text AS maximum
  FROM pg_catalog.pg_depend d
  JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
  JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
  JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
  JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
 WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
   AND d.deptype IN ('a', 'i') AND d.refobjid = ANY ($1::oid[])
   AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
 ORDER BY 1`

/**
 * Moves the sequences that belong to columns of the tables past the highest value present, and never back, so that no
 * number given out is given out again. Transactional, unlike `setval`: `ALTER SEQUENCE ... RESTART` is rolled back.
 */
export async function advanceOwnedSequences(main: TargetConnection, tableOids: readonly string[]): Promise<void> {
  for (const row of await main.rows(OWNED, [tableOids])) {
    const increment = BigInt(String(row.increment))
    const doing = `advance sequence ${row.sequence}`
    // Takes the lock that keeps others from drawing numbers, before the position is read; changes nothing.
    await main.run(`ALTER SEQUENCE ${row.sequence} ${row.cycle === true ? 'CYCLE' : 'NO CYCLE'}`, doing)
    const farthest = increment > 0n ? 'max' : 'min'
    const [position] = await main.rows(
      `SELECT s.last_value::text AS "lastValue", s.is_called AS "isCalled",
              (SELECT ${farthest}(${row.column})::text FROM ${row.table}) AS farthest FROM ${row.sequence} s`,
      [],
      doing,
    )
    if (typeof position?.farthest !== 'string') continue
    const next = BigInt(String(position.lastValue)) + (position.isCalled === true ? increment : 0n)
    const wanted = BigInt(position.farthest) + increment
    if (increment > 0n ? next >= wanted : next <= wanted) continue
    if (wanted > BigInt(String(row.maximum)) || wanted < BigInt(String(row.minimum))) continue
    await main.run(`ALTER SEQUENCE ${row.sequence} RESTART WITH ${wanted}`, doing)
  }
}
