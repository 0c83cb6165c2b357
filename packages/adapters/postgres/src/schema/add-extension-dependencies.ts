import { type Catalog, FIRST_USER_OID } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { quoteIdentifier } from './identifiers.ts'

/** Adds to a draft what `ALTER ... DEPENDS ON EXTENSION` has said: dropping the extension takes the object along. */
export async function readExtensionDependencies(catalog: Catalog): Promise<(draft: Draft) => void> {
  const rows = await catalog.rows<{ oid: Oid; name: string }>(
    `SELECT oid, extname AS name FROM pg_catalog.pg_extension WHERE oid >= ${FIRST_USER_OID}`,
  )
  const names = new Map(rows.map(({ oid, name }) => [address('pg_extension', oid), name]))
  return (draft) => {
    if (names.size === 0 || draft.sql === undefined) return
    const found = draft.addresses.flatMap((own) => catalog.dependenciesOf(own).filter(({ type }) => type === 'x'))
    if (found.length === 0) return
    const extensions = [...new Set(found.map(({ referenced }) => names.get(referenced) ?? ''))]
    const known = extensions.filter((name) => name !== '').sort()
    draft.definition.dependsOnExtensions = known
    for (const name of known) draft.statements.push(`ALTER ${draft.sql} DEPENDS ON EXTENSION ${quoteIdentifier(name)}`)
  }
}
