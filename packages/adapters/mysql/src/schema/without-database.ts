import { quoteName } from '../sql-text.ts'

/**
 * The text of a view without its own database's name, which MariaDB prints before some columns: the view is to be made in a
 * database of another name. Only names of three parts, and of functions: of two, the first may be a table.
 */
export function withoutDatabase(text: string, database: string): string {
  const name = quoteName(database).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const qualifier = new RegExp(`'(?:[^'\\\\]|\\\\.|'')*'|${name}\\.(?=\`(?:[^\`]|\`\`)*\`(?:\\.\`|\\())`, 'g')
  return text.replace(qualifier, (found) => (found.startsWith("'") ? found : ''))
}
