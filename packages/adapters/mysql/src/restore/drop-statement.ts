import type { SchemaObject } from '@dbsnap/core/values'
import { quoteName } from '../sql-text.ts'

/** The statement that takes an object away; undefined for what goes with its table. */
export function dropStatement({ kind, name, collection, definition }: SchemaObject): string | undefined {
  switch (kind) {
    case 'table':
    case 'view':
    case 'trigger':
    case 'procedure':
    case 'function':
    case 'event':
    case 'sequence':
    case 'package':
    case 'package body':
      return `DROP ${kind.toUpperCase()} ${quoteName(name)}`
    case 'index':
      return collection === undefined ? undefined : alter(collection, `DROP INDEX ${part(name, collection)}`)
    case 'constraint': {
      if (collection === undefined || definition.type !== 'foreign key') return undefined
      return alter(collection, `DROP FOREIGN KEY ${part(name, collection)}`)
    }
    default:
      return undefined
  }
}

function alter(table: string, what: string): string {
  return `ALTER TABLE ${quoteName(table)} ${what}`
}

/** The name within the table. */
function part(name: string, collection: string): string {
  return quoteName(name.slice(collection.length + 1))
}
