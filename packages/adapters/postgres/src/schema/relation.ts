import type { Oid } from './catalog-address.ts'
import { quoteIdentifier, sqlName } from './identifiers.ts'

/** A table, view or materialized view as `pg_class` says it. */
export interface Relation {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  /** `schema.name`, without quotes: made once, for every object of a table holds it. */
  readonly qualified: string
  /** `r` table, `p` partitioned table, `v` view, `m` materialized view, `f` foreign table. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f'
  /** `p` permanent, `u` unlogged. */
  readonly persistence: 'p' | 'u'
  readonly isPartition: boolean
  readonly bound: string | null
  readonly partitionKey: string | null
  readonly accessMethod: string | null
  readonly options: readonly string[] | null
  readonly toastOptions: readonly string[] | null
  /** `d` default, `f` full, `n` nothing, `i` an index. */
  readonly replicaIdentity: 'd' | 'f' | 'n' | 'i'
  readonly rowSecurity: boolean
  readonly forceRowSecurity: boolean
  readonly ofType: string | null
  readonly populated: boolean
  readonly filenode: Oid
  /** Object ids of what it inherits from or is a partition of, in order. */
  readonly parents: readonly Oid[] | null
}

/** A column of a relation as the catalogs say it. */
export interface ColumnRow {
  readonly relation: Oid
  readonly number: number
  readonly name: string
  readonly type: string
  readonly typeOid: Oid
  readonly typmod: number
  readonly collation: string | null
  readonly notNull: boolean
  /** `a` always, `d` by default, or empty. */
  readonly identity: '' | 'a' | 'd'
  /** `s` stored, `v` virtual, or empty. */
  readonly generated: '' | 's' | 'v'
  readonly default: string | null
  readonly defaultOid: Oid | null
  readonly storage: string | null
  readonly compression: string | null
  readonly statistics: number | null
  readonly options: readonly string[] | null
  readonly local: boolean
  readonly inherited: number
  readonly comment: string | null
  readonly notNullName: string | null
  readonly notNullNoInherit: boolean | null
  readonly notNullValidated: boolean | null
  readonly notNullLocal: boolean | null
  readonly notNullOid: Oid | null
  readonly notNullComment: string | null
}

/** All relations with their columns, and the ways to look them up. What is got is made anew each time. */
export interface Relations {
  readonly all: Iterable<Relation>
  get(oid: Oid): Relation | undefined
  columnsOf(oid: Oid): readonly ColumnRow[]
}

export function relationName(relation: Relation): string {
  return relation.qualified
}

export function relationSql(relation: Relation): string {
  return sqlName(relation.schema, relation.name)
}

/** `fillfactor=70` as `WITH (...)` takes it: `fillfactor='70'`. */
export function optionList(options: readonly string[] | null, prefix = ''): string[] {
  return (options ?? []).map((option) => {
    const at = option.indexOf('=')
    const name = option.slice(0, at).split('.').map(quoteIdentifier).join('.')
    return `${prefix}${name}='${option.slice(at + 1).replaceAll("'", "''")}'`
  })
}

/** Storage options with those of the TOAST table, as `WITH (...)` takes them. */
export function storageOptions(relation: Relation): string[] {
  return [...optionList(relation.options), ...optionList(relation.toastOptions, 'toast.')]
}
