import type { SchemaObject } from '@dbsnap/core/values'
import { alterTogether } from '../schema/alter-together.ts'
import { dropStatement } from './drop-statement.ts'

/** What is done to the indexes of one table that stays. */
export interface IndexChange {
  readonly table: string
  readonly statement: string
  /** Takes it back. */
  readonly undo: string
}

/**
 * The indexes to drop and to make, in one statement for each table: one that a foreign key needs cannot go before the one
 * that takes its place is there, and both may have one name.
 */
export function indexChanges(drop: readonly SchemaObject[], create: readonly SchemaObject[]): IndexChange[] {
  const isIndex = ({ kind }: SchemaObject): boolean => kind === 'index'
  const [gone, made] = [drop.filter(isIndex), create.filter(isIndex)]
  const tables = new Set([...gone, ...made].map(({ collection }) => collection as string))
  return [...tables].map((table) => {
    const [old, wanted] = [gone, made].map((list) => list.filter(({ collection }) => collection === table))
    return { table, statement: exchange(old ?? [], wanted ?? []), undo: exchange(wanted ?? [], old ?? []) }
  })
}

function exchange(old: readonly SchemaObject[], wanted: readonly SchemaObject[]): string {
  const drops = old.map((object) => ({ ...object, statements: [dropStatement(object) as string] }))
  return alterTogether([...drops, ...wanted])
}
