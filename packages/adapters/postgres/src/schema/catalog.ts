import type { Warning } from '@dbsnap/core/ports'
import { type Address, address, CATALOGS, type CatalogName, type Oid } from './catalog-address.ts'
import { type CatalogFeatures, catalogFeatures } from './catalog-features.ts'
import { jsonRows, type SchemaClient } from './schema-client.ts'

/** One row of `pg_depend`: `object` needs `referenced`. */
export interface Dependency {
  readonly object: Address
  readonly referenced: Address
  readonly type: string
}

/** Objects that people made have ids from here; what `initdb` made lies below. */
export const FIRST_USER_OID = 16384

/** The SQL condition that a schema, of alias `n`, is not the server's own. */
export const USER_SCHEMA = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

/** The system catalogs as the readers see them: one connection, what its version has, and who depends on whom. */
export interface Catalog {
  readonly version: number
  readonly features: CatalogFeatures
  /** What was met and is left out; readers add to it. */
  readonly warnings: Warning[]
  rows<Row>(sql: string): Promise<Row[]>
  /** Rows of objects that are no members of an extension: an extension's script makes its members. */
  ownRows<Row extends { readonly oid: Oid }>(catalog: CatalogName, sql: string): Promise<Row[]>
  /** Runs `work` and gives back the locks that its statements have taken, which the transaction would keep to its end. */
  withPassingLocks<T>(work: () => Promise<T>): Promise<T>
  isExtensionMember(object: Address): boolean
  readonly dependencies: readonly Dependency[]
  dependenciesOf(object: Address): readonly Dependency[]
}

/** Reads what every reader needs first: the version and all of `pg_depend` that concerns objects people made. */
export async function openCatalog(client: SchemaClient): Promise<Catalog> {
  const rows = <Row>(sql: string) => jsonRows<Row>(client, sql)
  const [server] = await rows<{ version: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version`,
  )
  const version = server?.version ?? 0
  const dependencies = (
    await rows<{ c: Oid; o: Oid; rc: Oid; ro: Oid; type: string }>(`
      SELECT classid AS c, objid AS o, refclassid AS rc, refobjid AS ro, deptype AS type
        FROM pg_catalog.pg_depend
       WHERE deptype <> 'p' AND objid >= ${FIRST_USER_OID}
         AND (refobjid >= ${FIRST_USER_OID} OR refclassid = ${CATALOGS.pg_namespace} OR deptype = 'e')`)
  ).map((row): Dependency => ({ object: `${row.c}:${row.o}`, referenced: `${row.rc}:${row.ro}`, type: row.type }))
  const members = new Set<Address>()
  const byObject = new Map<Address, Dependency[]>()
  for (const dependency of dependencies) {
    if (dependency.type === 'e') members.add(dependency.object)
    const known = byObject.get(dependency.object)
    if (known === undefined) byObject.set(dependency.object, [dependency])
    else known.push(dependency)
  }
  return {
    version,
    features: catalogFeatures(version),
    warnings: [],
    rows,
    ownRows: async (catalog, sql) =>
      (await rows<{ oid: Oid }>(sql)).filter((row) => !members.has(address(catalog, row.oid))) as never,
    withPassingLocks: async (work) => {
      await client.query('SAVEPOINT dbsnap_passing_locks')
      try {
        return await work()
      } finally {
        await client.query('ROLLBACK TO SAVEPOINT dbsnap_passing_locks; RELEASE SAVEPOINT dbsnap_passing_locks')
      }
    },
    isExtensionMember: (object) => members.has(object),
    dependencies,
    dependenciesOf: (object) => byObject.get(object) ?? [],
  }
}
