import type { SchemaObject } from '@dbsnap/core/values'
import { quoteName } from '../sql-text.ts'
import { type CreateTable, parseCreateTable, type TablePart } from './create-table.ts'
import type { TableFacts } from './table-facts.ts'

const PARTITIONING = /\n?(?:\/\*!50100 )?\s*PARTITION BY [\s\S]*$/

/** A sequence is of the same database, whose name the target's has nothing to do with. */
const QUALIFIED_SEQUENCE = /((?:next|last)val\()`(?:[^`]|``)*`\.(?=`)/g

/** The objects of a table, out of the text of SHOW CREATE TABLE: the table, its columns, indexes and constraints. */
export function tableObjects(table: TableFacts, text: string): SchemaObject[] {
  const create = parseCreateTable(table.name, text.replace(QUALIFIED_SEQUENCE, '$1'))
  const inline = inlineIndexes(table, create)
  const within = create.parts.filter((part) => isWithin(part, inline))
  const owner = { collection: table.name, dependsOn: [`table:${table.name}`] }
  const objects: SchemaObject[] = [tableObject(table, create, within)]
  for (const part of create.parts) {
    const made = within.includes(part)
    const definition = part.text
    const alter = `ALTER TABLE ${quoteName(table.name)} ADD ${part.text}`
    const placed = { ...owner, section: made ? 'pre-data' : 'post-data', statements: made ? [] : [alter] } as const
    const name = `${table.name}.${part.name}`
    if (part.kind === 'column') objects.push({ kind: 'column', name, definition: { definition }, ...placed })
    if (part.kind === 'index') objects.push({ kind: 'index', name, definition: { definition }, ...placed })
    if (part.kind === 'check') {
      objects.push({ kind: 'constraint', name, definition: { type: 'check', definition }, ...placed })
    }
    if (part.kind === 'foreign key') {
      const dependsOn = [...owner.dependsOn, ...referenced(part.text, table.name)]
      objects.push({ kind: 'constraint', name, definition: { type: 'foreign key', definition }, ...placed, dependsOn })
    }
  }
  return objects
}

function tableObject(table: TableFacts, create: CreateTable, within: readonly TablePart[]): SchemaObject {
  const partitioning = PARTITIONING.exec(create.options)?.[0]?.trim()
  const options = create.options.replace(PARTITIONING, '').trim()
  const others = create.parts.filter(({ kind }) => kind === 'other').map(({ text }) => text)
  return {
    kind: 'table',
    name: table.name,
    collection: table.name,
    definition: {
      options,
      ...(partitioning === undefined ? {} : { partitioning }),
      ...(others.length === 0 ? {} : { others }),
    },
    ...(create.autoIncrement === undefined ? {} : { state: { autoIncrement: create.autoIncrement } }),
    dependsOn: sequencesOf(within),
    section: 'pre-data',
    statements: [createStatement(table.name, within, create)],
  }
}

function createStatement(name: string, parts: readonly TablePart[], { options, autoIncrement }: CreateTable): string {
  const lines = parts.map(({ text }) => `  ${text}`).join(',\n')
  const position = autoIncrement === undefined ? '' : ` AUTO_INCREMENT=${autoIncrement}`
  // The engine is the first of the options that has no comment around it.
  const placed = options.replace(/ENGINE=\w+/, (engine) => `${engine}${position}`)
  return `CREATE TABLE ${quoteName(name)} (\n${lines}\n) ${placed}`
}

function isWithin(part: TablePart, inline: ReadonlySet<string>): boolean {
  if (part.kind === 'foreign key') return false
  return part.kind !== 'index' || inline.has(part.name)
}

/**
 * Indexes that come with the table; the others are made after the records, which is faster. Those by which records are
 * stored or numbered cannot wait; and indexes keep their order only where all of a kind are made together.
 */
function inlineIndexes(table: TableFacts, create: CreateTable): ReadonlySet<string> {
  const indexes = create.parts.filter(({ kind }) => kind === 'index')
  const primary = indexes.find(({ name }) => name === 'PRIMARY')
  const numbered = table.columns.find(({ autoIncrement }) => autoIncrement)
  const numberedByPrimary = numbered === undefined || primary?.text.includes(`(${quoteName(numbered.name)}`) === true
  if (primary !== undefined && numberedByPrimary && table.engine === 'InnoDB') return new Set(['PRIMARY'])
  return new Set(indexes.map(({ name }) => name))
}

/** The table that a foreign key refers to, where it is of the same database and another than its own. */
function referenced(text: string, own: string): string[] {
  const name = /REFERENCES `((?:[^`]|``)*)` \(/.exec(text)?.[1]?.replaceAll('``', '`')
  return name === undefined || name === own ? [] : [`table:${name}`]
}

/** MariaDB's sequences in the defaults of columns. */
function sequencesOf(parts: readonly TablePart[]): string[] {
  const found = new Set<string>()
  for (const { kind, text } of parts) {
    if (kind !== 'column') continue
    for (const [, name] of text.matchAll(/(?:next|last)val\(`((?:[^`]|``)*)`\)/g)) {
      found.add(`sequence:${(name as string).replaceAll('``', '`')}`)
    }
  }
  return [...found]
}
