/** What a server's system catalogs have, by version. The one place where the readers' version differences are named. */
export interface CatalogFeatures {
  /** 14: `pg_attribute.attcompression`. */
  readonly compression: boolean
  /** 14: `pg_range.rngmultitypid`. */
  readonly multiranges: boolean
  /** 14: SQL function bodies that are parsed when they are made (`pg_proc.prosqlbody`). */
  readonly statisticsOnExpressions: boolean
  /** 15: publications of whole schemas, of some columns and of some rows. */
  readonly publicationFilters: boolean
  /** 15: sequences may be unlogged. */
  readonly unloggedSequences: boolean
  /** 15: collations of ICU keep their locale apart: `colliculocale`, from 17 `colllocale`. */
  readonly collationLocale: string | undefined
  /** 16: `pg_collation.collicurules`. */
  readonly collationRules: boolean
  /** 17: partitions share the identity of their parent. */
  readonly inheritedIdentity: boolean
  /** 18: NOT NULL constraints stand in `pg_constraint`. */
  readonly notNullConstraints: boolean
  /** 18: `pg_constraint.conenforced`. */
  readonly notEnforced: boolean
  /** 18: publications name the kinds of generated columns they publish. */
  readonly publishedGeneratedColumns: boolean
}

/** The features of a server, given its `server_version_num`. */
export function catalogFeatures(version: number): CatalogFeatures {
  const from = (major: number) => version >= major * 10000
  return {
    compression: from(14),
    multiranges: from(14),
    statisticsOnExpressions: from(14),
    publicationFilters: from(15),
    unloggedSequences: from(15),
    collationLocale: from(17) ? 'colllocale' : from(15) ? 'colliculocale' : undefined,
    collationRules: from(16),
    inheritedIdentity: from(17),
    notNullConstraints: from(18),
    notEnforced: from(18),
    publishedGeneratedColumns: from(18),
  }
}
