import type { Catalog } from './catalog.ts'
import { FIRST_USER_OID } from './catalog.ts'
import { addressIn, CATALOGS, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteLiteral } from './identifiers.ts'

/** What every new database says of `public`; said by nobody, so it is not kept. */
const PUBLIC_COMMENT = 'standard public schema'

/** Reads the comments; what is returned adds its own to a draft. Columns bring their comments themselves. */
export async function readComments(catalog: Catalog): Promise<(draft: Draft) => void> {
  const rows = await catalog.rows<{ c: Oid; o: Oid; comment: string }>(
    `SELECT d.classoid AS c, d.objoid AS o, d.description AS comment
       FROM pg_catalog.pg_description d
      WHERE d.objsubid = 0 AND (d.objoid >= ${FIRST_USER_OID} OR d.classoid = ${CATALOGS.pg_namespace})`,
  )
  const comments = new Map(rows.map(({ c, o, comment }) => [addressIn(c, o), comment]))
  return (draft) => {
    const own = draft.commentedAt ?? draft.addresses[0]
    if (own === undefined || draft.sql === undefined) return
    const comment = comments.get(own) ?? null
    const usual = draft.kind === 'schema' && draft.name === 'public' ? PUBLIC_COMMENT : null
    if (comment === usual) return
    draft.definition.comment = comment
    draft.statements.push(`COMMENT ON ${draft.sql} IS ${comment === null ? 'NULL' : quoteLiteral(comment)}`)
  }
}
