import { type Catalog, FIRST_USER_OID } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'

interface LanguageRow {
  readonly oid: Oid
  readonly name: string
  readonly trusted: boolean
  readonly handler: string | null
  readonly inline: string | null
  readonly validator: string | null
}

interface AccessMethodRow {
  readonly oid: Oid
  readonly name: string
  readonly type: 't' | 'i'
  readonly handler: string
}

interface TransformRow {
  readonly oid: Oid
  readonly type: string
  readonly language: string
  readonly fromSql: string | null
  readonly toSql: string | null
}

const functionName = (oid: string) => `
  (SELECT pg_catalog.format('%I.%I', fn.nspname, f.proname) FROM pg_catalog.pg_proc f
     JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace WHERE f.oid = ${oid}::oid)`

/** Languages that no extension has brought. */
export async function readLanguages(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<LanguageRow>(
    'pg_language',
    `SELECT l.oid, l.lanname AS name, l.lanpltrusted AS trusted, ${functionName('l.lanplcallfoid')} AS handler,
            ${functionName('l.laninline')} AS inline, ${functionName('l.lanvalidator')} AS validator
       FROM pg_catalog.pg_language l WHERE l.lanispl AND l.oid >= ${FIRST_USER_OID} ORDER BY 2`,
  )
  return rows.map(({ oid, name, trusted, handler, inline, validator }) => {
    const sql = quoteIdentifier(name)
    return {
      kind: 'language',
      name,
      definition: { trusted, handler, inline, validator },
      section: 'pre-data',
      statements: [
        `CREATE ${trusted ? 'TRUSTED ' : ''}LANGUAGE ${sql} HANDLER ${handler}` +
          `${inline === null ? '' : ` INLINE ${inline}`}${validator === null ? '' : ` VALIDATOR ${validator}`}`,
      ],
      addresses: [address('pg_language', oid)],
      sql: `LANGUAGE ${sql}`,
    }
  })
}

/** Access methods of tables and indexes that no extension has brought. */
export async function readAccessMethods(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<AccessMethodRow>(
    'pg_am',
    `SELECT a.oid, a.amname AS name, a.amtype AS type, ${functionName('a.amhandler')} AS handler
       FROM pg_catalog.pg_am a WHERE a.oid >= ${FIRST_USER_OID} ORDER BY 2`,
  )
  return rows.map(({ oid, name, type, handler }) => {
    const sql = quoteIdentifier(name)
    const word = type === 't' ? 'TABLE' : 'INDEX'
    return {
      kind: 'access method',
      name,
      definition: { type: word.toLowerCase(), handler },
      section: 'pre-data',
      statements: [`CREATE ACCESS METHOD ${sql} TYPE ${word} HANDLER ${handler}`],
      addresses: [address('pg_am', oid)],
      sql: `ACCESS METHOD ${sql}`,
    }
  })
}

/** Transforms of types for procedural languages. */
export async function readTransforms(catalog: Catalog): Promise<Draft[]> {
  const rows = await catalog.ownRows<TransformRow>(
    'pg_transform',
    `SELECT t.oid, pg_catalog.format_type(t.trftype, NULL) AS type, l.lanname AS language,
            ${functionName('t.trffromsql')} AS "fromSql", ${functionName('t.trftosql')} AS "toSql"
       FROM pg_catalog.pg_transform t JOIN pg_catalog.pg_language l ON l.oid = t.trflang
      WHERE t.oid >= ${FIRST_USER_OID} ORDER BY 2, 3`,
  )
  return rows.map(({ oid, type, language, fromSql, toSql }) => {
    const sql = `TRANSFORM FOR ${type} LANGUAGE ${quoteIdentifier(language)}`
    const parts = [
      ...(fromSql === null ? [] : [`FROM SQL WITH FUNCTION ${fromSql}(internal)`]),
      ...(toSql === null ? [] : [`TO SQL WITH FUNCTION ${toSql}(internal)`]),
    ]
    return {
      kind: 'transform',
      name: `${type} for ${language}`,
      definition: { type, language, fromSql, toSql },
      section: 'pre-data',
      statements: [`CREATE ${sql} (${parts.join(', ')})`],
      addresses: [address('pg_transform', oid)],
      sql,
    }
  })
}
