import type { Catalog } from './catalog.ts'
import { FIRST_USER_OID } from './catalog.ts'
import { type Address, CATALOGS } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteLiteral } from './identifiers.ts'

/** What every new database says of `public`; said by nobody, so it is not kept. */
const PUBLIC_COMMENT = 'standard public schema'

/** Adds comments, and the extensions that an object was made to depend on. Columns bring their comments themselves. */
export async function addComments(catalog: Catalog, drafts: readonly Draft[]): Promise<void> {
  const rows = await catalog.rows<{ address: Address; comment: string }>(
    `SELECT d.classoid::text || ':' || d.objoid::text AS address, d.description AS comment
       FROM pg_catalog.pg_description d
      WHERE d.objsubid = 0 AND (d.objoid >= ${FIRST_USER_OID} OR d.classoid = ${CATALOGS.pg_namespace})`,
  )
  const comments = new Map(rows.map((row) => [row.address, row.comment]))
  for (const draft of drafts) {
    const own = draft.commentedAt ?? draft.addresses[0]
    if (own === undefined || draft.sql === undefined) continue
    const comment = comments.get(own) ?? null
    const usual = draft.kind === 'schema' && draft.name === 'public' ? PUBLIC_COMMENT : null
    if (comment === usual) continue
    draft.definition.comment = comment
    draft.statements.push(`COMMENT ON ${draft.sql} IS ${comment === null ? 'NULL' : quoteLiteral(comment)}`)
  }
}
