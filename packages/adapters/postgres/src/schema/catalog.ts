import type { Warning } from '@dbsnap/core/ports'
import { type Address, address, addressIn, CATALOGS, type CatalogName, type Oid } from './catalog-address.ts'
import { type CatalogFeatures, catalogFeatures } from './catalog-features.ts'
import { Dependencies, type Dependency } from './dependencies.ts'
import { jsonRows, type SchemaClient } from './schema-client.ts'

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
  /** The same, one after the other: for what there is much of and what is not kept. */
  stream<Row>(sql: string): AsyncIterable<Row>
  /** Rows of objects that are no members of an extension: an extension's script makes its members. */
  ownStream<Row extends { readonly oid: Oid }>(catalog: CatalogName, sql: string): AsyncIterable<Row>
  ownRows<Row extends { readonly oid: Oid }>(catalog: CatalogName, sql: string): Promise<Row[]>
  /** Runs `work` and gives back the locks that its statements have taken, which the transaction would keep to its end. */
  withPassingLocks<T>(work: () => Promise<T>): Promise<T>
  isExtensionMember(object: Address): boolean
  readonly dependencies: Iterable<Dependency>
  dependenciesOf(object: Address): readonly Dependency[]
}

interface DependencyRow {
  readonly c: Oid
  readonly o: Oid
  readonly rc: Oid
  readonly ro: Oid
  readonly type: string
}

const DEPENDENCIES = `
SELECT classid AS c, objid AS o, refclassid AS rc, refobjid AS ro, deptype AS type
  FROM pg_catalog.pg_depend
 WHERE deptype <> 'p' AND objid >= ${FIRST_USER_OID}
   AND (refobjid >= ${FIRST_USER_OID} OR refclassid = ${CATALOGS.pg_namespace} OR deptype = 'e')
 ORDER BY classid, objid`

/** Reads what every reader needs first: the version and all of `pg_depend` that concerns objects people made. */
export async function openCatalog(client: SchemaClient): Promise<Catalog> {
  const stream = <Row>(sql: string) => jsonRows<Row>(client, sql)
  const rows = <Row>(sql: string) => collected(stream<Row>(sql))
  const [server] = await rows<{ version: number }>(
    `SELECT pg_catalog.current_setting('server_version_num')::int AS version`,
  )
  const version = server?.version ?? 0
  const dependencies = new Dependencies()
  const members = new Set<Address>()
  for await (const { c, o, rc, ro, type } of stream<DependencyRow>(DEPENDENCIES)) {
    const object = addressIn(c, o)
    dependencies.add({ object, referenced: addressIn(rc, ro), type })
    if (type === 'e') members.add(object)
  }
  async function* ownStream<Row extends { readonly oid: Oid }>(catalog: CatalogName, sql: string) {
    for await (const row of stream<Row>(sql)) if (!members.has(address(catalog, row.oid))) yield row
  }
  return {
    version,
    features: catalogFeatures(version),
    warnings: [],
    rows,
    stream,
    ownStream,
    ownRows: (catalog, sql) => collected(ownStream(catalog, sql)),
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
    dependenciesOf: (object) => dependencies.of(object),
  }
}

async function collected<Row>(rows: AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = []
  for await (const row of rows) all.push(row)
  return all
}
