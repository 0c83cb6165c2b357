import { type Catalog, FIRST_USER_OID } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'

interface Row {
  readonly oid: Oid
  readonly source: string
  readonly target: string
  readonly function: string | null
  /** `f` by a function, `i` through the texts, `b` the bytes are the same. */
  readonly method: 'f' | 'i' | 'b'
  /** `i` implicit, `a` in assignments, `e` only where asked for. */
  readonly context: 'i' | 'a' | 'e'
}

const CONTEXTS = { i: ' AS IMPLICIT', a: ' AS ASSIGNMENT', e: '' } as const
const CONTEXT_WORDS = { i: 'implicit', a: 'assignment', e: 'explicit' } as const

/** Casts that people made. */
export async function readCasts(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<Row>(
    'pg_cast',
    `SELECT c.oid, pg_catalog.format_type(c.castsource, NULL) AS source, pg_catalog.format_type(c.casttarget, NULL) AS target,
            (SELECT pg_catalog.format('%I.%I(%s)', n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes))
               FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
              WHERE p.oid = c.castfunc) AS function, c.castmethod AS method, c.castcontext AS context
       FROM pg_catalog.pg_cast c WHERE c.oid >= ${FIRST_USER_OID}
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
              WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'i')
      ORDER BY 2, 3`,
  )
  return rows.map((row) => {
    const sql = `CAST (${row.source} AS ${row.target})`
    const how =
      row.method === 'f' ? `WITH FUNCTION ${row.function}` : row.method === 'i' ? 'WITH INOUT' : 'WITHOUT FUNCTION'
    return {
      kind: 'cast',
      name: `${row.source} as ${row.target}`,
      definition: { how, context: CONTEXT_WORDS[row.context] },
      section: 'pre-data',
      statements: [`CREATE ${sql} ${how}${CONTEXTS[row.context]}`],
      addresses: [address('pg_cast', row.oid)],
      sql,
    }
  })
}
