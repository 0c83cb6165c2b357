import type { Json } from '@dbsnap/core'
import { createColors } from 'picocolors'
import { documentText } from '../render/document-value.ts'

/** One change of the demo's diff, as the SDK's stream yields it. */
export interface StoryChange {
  readonly collection: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly key: Readonly<Record<string, unknown>>
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
  readonly fields: readonly string[]
  /** Of a changed document, each path with both values; an absent one is undefined. */
  readonly changes?: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[]
}

/** How the story looks: every line the demo prints is made here, and nothing here prints. */
export interface DemoStory {
  title(text: string): string
  /** A step of the story, numbered, with the command that would do the same. */
  chapter(number: number, text: string, command?: string): string
  line(text: string): string
  good(text: string): string
  bad(text: string): string
  /** A change as one line: sign, collection, key, then each changed field with both values, or the record's values. */
  change(change: StoryChange): string
  schemaChange(kind: 'added' | 'removed' | 'changed', object: string, name: string): string
}

/** A terminal of 100 columns shows a record's first values; the whole record is in the diff's JSON. */
const VALUES_WIDTH = 64

export function demoStory(options: { readonly colours: boolean }): DemoStory {
  const { bold, dim, green, red, yellow, cyan } = createColors(options.colours)
  const paint = { added: green, removed: red, changed: yellow }
  const sign = { added: '+', removed: '-', changed: '~' }
  const values = (change: StoryChange): string => {
    const { before, after } = change
    if (change.kind === 'changed') {
      const ofColumn = (path: string) => ({ path, before: before?.[path], after: after?.[path] })
      return (change.changes ?? change.fields.map(ofColumn))
        .map((field) => `${field.path} ${red(show(field.before))} ${dim('→')} ${green(show(field.after))}`)
        .join(dim(', '))
    }
    const record = Object.entries(before ?? after ?? {}).filter(([name]) => !(name in change.key))
    return dim(shorten(record.map(([name, value]) => `${name} ${show(value)}`).join(', '), VALUES_WIDTH))
  }
  return {
    title: (text) => `\n${bold(text)}\n`,
    chapter: (number, text, command) =>
      `\n${bold(cyan(`${number}`))}  ${bold(text)}${command === undefined ? '' : `\n   ${dim(`$ ${command}`)}`}\n`,
    line: (text) => `   ${text}\n`,
    good: (text) => `   ${green('✔')} ${text}\n`,
    bad: (text) => `   ${red('✖')} ${text}\n`,
    change: (change) => {
      const key = Object.entries(change.key).map(([name, value]) => `${name} ${show(value)}`)
      const head = paint[change.kind](`${sign[change.kind]} ${change.collection}`)
      return `   ${head} ${key.join(', ')}  ${values(change)}\n`
    },
    schemaChange: (kind, object, name) => `   ${paint[kind](`${sign[kind]} ${object} ${name}`)}\n`,
  }
}

/** `12345` as `12 345`. */
export function showCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ' ')
}

/** Bytes in the unit a person would choose, of 1000 each: `31.2 MB`. */
export function showBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  return typeof value === 'object' ? documentText(value as Json) : String(value)
}

function shorten(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`
}
