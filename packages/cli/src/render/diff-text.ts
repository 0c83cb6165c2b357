import type { ChangeKind, DiffSummary, Json, JsonObject, RecordChange, SchemaChange } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { counted, number } from './amounts.ts'
import { documentText } from './document-value.ts'
import { printable } from './printable.ts'

type ShownKind = ChangeKind | 'reordered'

const SIGNS: Readonly<Record<ShownKind, string>> = { added: '+', removed: '-', changed: '~', reordered: '≈' }

/** Values longer than this are cut in the picture; `--json` has them whole. */
const MAX_VALUE = 60

type Colours = Console['colours']

function paint(colours: Colours, kind: ShownKind): (text: string) => string {
  return { added: colours.green, removed: colours.red, changed: colours.yellow, reordered: colours.dim }[kind]
}

/** One record that differs: its key, and for a changed one each field before and after. */
export function changeText(change: RecordChange, colours: Colours): string {
  const { kind, key, before, after, fields } = change
  const colour = paint(colours, kind)
  const name =
    Object.keys(key).length === 0 ? (change.count === 1 ? 'a record' : `${change.count} equal records`) : pairs(key)
  const head = `${colour(SIGNS[kind])} ${colours.bold(name)}`
  if (kind === 'reordered') return `${head}  ${colours.dim('other order of fields')}\n`
  if (change.changes !== undefined) return `${[head, ...pathLines(change.changes, colours)].join('\n')}\n`
  if (kind !== 'changed') return `${head}  ${colours.dim(pairs((after ?? before) as JsonObject, Object.keys(key)))}\n`
  return `${[head, ...beforeAndAfter(fields, before as JsonObject, after as JsonObject, colours)].join('\n')}\n`
}

/** Of a document, each path before and after; what was put in or taken out has but one of them. */
function pathLines(changes: NonNullable<RecordChange['changes']>, colours: Colours): string[] {
  const width = Math.max(...changes.map(({ path }) => path.length))
  return changes.map(({ path, kind, before, after }) => {
    const name = `    ${colours.dim(SIGNS[kind])} ${path.padEnd(width)}  `
    if (kind === 'added') return name + colours.green(value(after ?? null))
    if (kind === 'removed') return name + colours.red(value(before ?? null))
    return `${name}${colours.red(value(before ?? null))} → ${colours.green(value(after ?? null))}`
  })
}

/** One schema object that differs; of a changed one, each fact before and after. */
export function schemaText({ kind, object, name, before, after }: SchemaChange, colours: Colours): string {
  const head = `${paint(colours, kind)(SIGNS[kind])} ${object} ${colours.bold(name)} ${kind}`
  if (!isFacts(before) || !isFacts(after)) return `${head}\n`
  const facts = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (fact) => JSON.stringify(before[fact]) !== JSON.stringify(after[fact]),
  )
  return `${[head, ...beforeAndAfter(facts, before, after, colours)].join('\n')}\n`
}

function isFacts(definition: Json): definition is JsonObject {
  return typeof definition === 'object' && definition !== null && !Array.isArray(definition)
}

function beforeAndAfter(names: readonly string[], before: JsonObject, after: JsonObject, colours: Colours): string[] {
  const width = Math.max(...names.map((name) => name.length))
  return names.map((name) => {
    const [was, is] = [value(before[name] ?? null), value(after[name] ?? null)]
    return `    ${name.padEnd(width)}  ${colours.red(was)} → ${colours.green(is)}`
  })
}

/** The end of a diff in plain words. */
export function summaryText({ collections, schema }: DiffSummary, noun: string, colours: Colours): string {
  const different = collections.filter(
    ({ added, removed, changed, reordered = 0 }) => added + removed + changed + reordered > 0,
  )
  const lines = different.map((collection) => {
    const parts = (['added', 'removed', 'changed', 'reordered'] as const).flatMap((kind) =>
      (collection[kind] ?? 0) === 0 ? [] : [paint(colours, kind)(`${number(collection[kind] ?? 0)} ${kind}`)],
    )
    const sizes = `${number(collection.recordsBefore)} → ${counted(collection.recordsAfter, 'record')}`
    return `${colours.bold(collection.name)}: ${parts.join(', ')} ${colours.dim(`(${sizes})`)}`
  })
  const same = collections.length - different.length
  if (same > 0) lines.push(colours.dim(`${counted(same, noun)} without a difference`))
  const changes = schema.added + schema.removed + schema.changed
  if (changes > 0) {
    lines.push(`schema: ${schema.added} added, ${schema.removed} removed, ${schema.changed} changed`)
  }
  if (different.length === 0 && changes === 0) lines.unshift(colours.green('No difference.'))
  return `${lines.join('\n')}\n`
}

function pairs(record: JsonObject, without: readonly string[] = []): string {
  const shown = Object.entries(record).filter(([name]) => !without.includes(name))
  return shown.map(([name, content]) => `${name}=${value(content)}`).join(' ')
}

function value(content: Json): string {
  const text = content === null ? 'NULL' : typeof content === 'string' ? content : documentText(content)
  const safe = printable(text)
  return safe.length > MAX_VALUE ? `${safe.slice(0, MAX_VALUE - 1)}…` : safe
}
