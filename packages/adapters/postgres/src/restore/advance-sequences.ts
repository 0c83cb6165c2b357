import type { TargetConnection } from './target-connection.ts'

/**
 * The sequences from which columns of the tables take their values: those that belong to a column of the table or of what
 * it is a partition of or inherits from, where the value then is the highest of the whole family; and those that a
 * default names, as far as this user may alter them.
 */
const FEEDING = `
WITH RECURSIVE family AS (
  SELECT pg_catalog.unnest($1::oid[]) AS oid
  UNION
  SELECT i.inhparent FROM family JOIN pg_catalog.pg_inherits i ON i.inhrelid = family.oid),
feeding AS (
  SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS number
    FROM pg_catalog.pg_depend d JOIN family ON family.oid = d.refobjid
   WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
     AND d.deptype IN ('a', 'i')
  UNION
  SELECT d.refobjid, f.adrelid, f.adnum
    FROM pg_catalog.pg_attrdef f JOIN family ON family.oid = f.adrelid
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = f.oid
     AND d.refclassid = 'pg_catalog.pg_class'::regclass
    JOIN pg_catalog.pg_class s ON s.oid = d.refobjid AND pg_catalog.pg_has_role(s.relowner, 'USAGE'))
SELECT pg_catalog.format('%I.%I', sn.nspname, s.relname) AS sequence,
       pg_catalog.format('%I.%I', tn.nspname, t.relname) AS "table",
       pg_catalog.quote_ident(a.attname) AS "column", q.seqcycle AS cycle,
       q.seqincrement::text AS increment, q.seqmin::text AS minimum, q.seqmax::text AS maximum
  FROM feeding
  JOIN pg_catalog.pg_class s ON s.oid = feeding.sequence AND s.relkind = 'S'
  JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
  JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
  JOIN pg_catalog.pg_class t ON t.oid = feeding.relation
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = feeding.number
 WHERE a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
 ORDER BY 1, 2, 3`

/**
 * Moves the sequences that feed columns of the tables past the highest value present, and never back, so that no
 * number given out is given out again. Transactional, unlike `setval`: `ALTER SEQUENCE ... RESTART` is rolled back.
 */
export async function advanceSequences(main: TargetConnection, tableOids: readonly string[]): Promise<void> {
  for (const row of await main.rows(FEEDING, [tableOids])) {
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
