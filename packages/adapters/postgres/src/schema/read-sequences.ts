import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteIdentifier, sqlName } from './identifiers.ts'
import type { Relations } from './relation.ts'
import { relationName, relationSql } from './relation.ts'

/** A sequence as the catalogs say it; 64-bit numbers as text. */
export interface SequenceRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly persistence: 'p' | 'u'
  readonly type: string
  readonly start: string
  readonly increment: string
  readonly minimum: string
  readonly maximum: string
  readonly cache: string
  readonly cycle: boolean
  /** `a` owned by a column, `i` the sequence of an identity column. */
  readonly ownership: 'a' | 'i' | null
  readonly table: Oid | null
  readonly column: number | null
}

export async function readSequenceRows(catalog: Catalog): Promise<SequenceRow[]> {
  return catalog.ownRows<SequenceRow>(
    'pg_class',
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relpersistence AS persistence,
            pg_catalog.format_type(s.seqtypid, NULL) AS type, s.seqstart::text AS start, s.seqincrement::text AS increment,
            s.seqmin::text AS minimum, s.seqmax::text AS maximum, s.seqcache::text AS cache, s.seqcycle AS cycle,
            d.deptype AS ownership, d.refobjid AS table, d.refobjsubid AS column
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
       LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
         AND d.objsubid = 0 AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
         AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
      WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND ${USER_SCHEMA} ORDER BY 2, 3`,
  )
}

/** The options of a sequence as `CREATE SEQUENCE` and `AS IDENTITY (...)` take them. */
export function sequenceOptions(row: SequenceRow): string {
  return (
    `START WITH ${row.start} INCREMENT BY ${row.increment} MINVALUE ${row.minimum} MAXVALUE ${row.maximum} ` +
    `CACHE ${row.cache}${row.cycle ? ' CYCLE' : ''}`
  )
}

/**
 * Sequences read at a time for their positions: each is a table of its own in one statement, and is locked for it. A server
 * has room for some 10 000 locks by default, and the tables need theirs to the end.
 */
const POSITIONS_AT_A_TIME = 500

interface Position {
  readonly oid: Oid
  readonly lastValue: string
  readonly isCalled: boolean
}

async function readPositions(catalog: Catalog, rows: readonly SequenceRow[]): Promise<Map<Oid, Position>> {
  const positions = new Map<Oid, Position>()
  for (let at = 0; at < rows.length; at += POSITIONS_AT_A_TIME) {
    const selects = rows
      .slice(at, at + POSITIONS_AT_A_TIME)
      .map(
        (row) =>
          `SELECT '${row.oid}' AS oid, last_value::text AS "lastValue", is_called AS "isCalled" FROM ${sqlName(row.schema, row.name)}`,
      )
    const read = () => catalog.rows<Position>(selects.join(' UNION ALL '))
    for (const position of await catalog.withPassingLocks(read)) positions.set(position.oid, position)
  }
  return positions
}

/** Sequences with their positions. That of an identity column is made by its table; one that a column owns names it. */
export async function readSequences(
  catalog: Catalog,
  rows: readonly SequenceRow[],
  relations: Relations,
  isChosen: (table: Oid) => boolean,
): Promise<Draft[]> {
  const kept = rows.filter((row) => row.table === null || isChosen(row.table))
  const positions = await readPositions(catalog, kept)
  return kept.map((row) => {
    const table = row.table === null ? undefined : relations.get(row.table)
    const column =
      table === undefined ? undefined : relations.columnsOf(table.oid).find(({ number }) => number === row.column)
    const sql = sqlName(row.schema, row.name)
    const position = positions.get(row.oid)
    const owner = table === undefined || column === undefined ? undefined : `${relationName(table)}.${column.name}`
    const statements: string[] = []
    if (row.ownership !== 'i') {
      const unlogged = row.persistence === 'u' ? 'UNLOGGED ' : ''
      statements.push(`CREATE ${unlogged}SEQUENCE ${sql} AS ${row.type} ${sequenceOptions(row)}`)
      if (table !== undefined && column !== undefined) {
        statements.push(`ALTER SEQUENCE ${sql} OWNED BY ${relationSql(table)}.${quoteIdentifier(column.name)}`)
      }
    } else if (table !== undefined && catalog.features.unloggedSequences && table.persistence !== row.persistence) {
      statements.push(`ALTER SEQUENCE ${sql} SET ${row.persistence === 'u' ? 'UNLOGGED' : 'LOGGED'}`)
    }
    return {
      kind: 'sequence',
      name: qualifiedName(row.schema, row.name),
      ...(table === undefined ? {} : { collection: relationName(table) }),
      definition: {
        type: row.type,
        start: row.start,
        increment: row.increment,
        minimum: row.minimum,
        maximum: row.maximum,
        cache: row.cache,
        cycle: row.cycle,
        ...(row.persistence === 'u' ? { unlogged: true } : {}),
        ...(owner === undefined ? {} : row.ownership === 'i' ? { identityOf: owner } : { ownedBy: owner }),
      },
      state: { sql, lastValue: position?.lastValue ?? row.start, isCalled: position?.isCalled ?? false },
      section: 'pre-data',
      statements,
      addresses: [address('pg_class', row.oid)],
      sql: `SEQUENCE ${sql}`,
    }
  })
}
