import type { Json, SchemaSection } from '@dbsnap/core/values'
import type { Address } from './catalog-address.ts'

/** A schema object while it is being read: a `SchemaObject` whose dependencies are still catalog addresses. */
export interface Draft {
  readonly kind: string
  readonly name: string
  readonly collection?: string
  readonly definition: Record<string, Json>
  readonly state?: Record<string, Json>
  readonly section: SchemaSection
  readonly statements: string[]
  /** The catalog entries that this object stands for, the main one first. */
  readonly addresses: readonly Address[]
  /** What it needs, beyond what `pg_depend` says. */
  readonly needs?: readonly Address[]
  /** The catalog entry whose comment is the object's, where that is not the first of `addresses`. */
  readonly commentedAt?: Address
  /** How `COMMENT ON` and `ALTER ... DEPENDS ON EXTENSION` name it: `TABLE public.orders`. */
  readonly sql?: string
  /** The statement that takes it away; without it, `DROP` and `sql`. */
  readonly drop?: string
  /** Makes a view with dummy columns, for where it and others need each other; `CREATE OR REPLACE` fills it later. */
  readonly stub?: string
  /** Objects without statements of their own, which follow this one at once: a table's columns. Nothing else needs them. */
  readonly parts?: readonly Draft[]
  /** The statement that names a type before what it is made of exists. */
  readonly shell?: string
}
