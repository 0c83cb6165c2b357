import { SourceFailedError } from '@dbsnap/core/errors'

/** One line of a table's own text, told apart by what it makes. */
export interface TablePart {
  readonly kind: 'column' | 'index' | 'foreign key' | 'check' | 'other'
  /** Empty for what has none. `PRIMARY` for the primary key. */
  readonly name: string
  /** As the server prints it: `KEY `a` (`a`)`. */
  readonly text: string
}

/** The text of SHOW CREATE TABLE, taken apart. */
export interface CreateTable {
  readonly parts: readonly TablePart[]
  /** What follows the parts, without the position of AUTO_INCREMENT: `ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`. */
  readonly options: string
  /** The next value, where the table has given any out. */
  readonly autoIncrement: string | undefined
}

/** A name in backticks at the beginning of a text. */
const NAME = /^`((?:[^`]|``)*)`/
const INDEX = /^(?:PRIMARY KEY|(?:UNIQUE |FULLTEXT |SPATIAL |VECTOR )?(?:KEY|INDEX) (`(?:[^`]|``)*`))/
const CONSTRAINT = /^CONSTRAINT (`(?:[^`]|``)*`) (FOREIGN KEY|CHECK|PRIMARY KEY|UNIQUE)/
/** Only options without quotes come before it, so that no comment is taken for it. */
const AUTO_INCREMENT = /^([^']*?) AUTO_INCREMENT=(\d+)/

/** Takes the text of SHOW CREATE TABLE apart. */
export function parseCreateTable(table: string, text: string): CreateTable {
  const open = text.indexOf('(\n')
  if (open === -1) throw notUnderstood(table)
  const { items, end } = splitItems(text, open + 1, table)
  const tail = text.slice(end + 1).trim()
  const position = AUTO_INCREMENT.exec(tail)
  return {
    parts: items.map(partOf),
    options: position === null ? tail : tail.replace(AUTO_INCREMENT, '$1'),
    autoIncrement: position?.[2],
  }
}

/** A name out of its backticks. */
export function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll('``', '`')
}

function partOf(text: string): TablePart {
  const column = NAME.exec(text)
  if (column !== null) return { kind: 'column', name: (column[1] as string).replaceAll('``', '`'), text }
  const index = INDEX.exec(text)
  if (index !== null) return { kind: 'index', name: index[1] === undefined ? 'PRIMARY' : unquoted(index[1]), text }
  const constraint = CONSTRAINT.exec(text)
  if (constraint === null) return { kind: 'other', name: '', text }
  const name = unquoted(constraint[1] as string)
  if (constraint[2] === 'FOREIGN KEY') return { kind: 'foreign key', name, text }
  return constraint[2] === 'CHECK' ? { kind: 'check', name, text } : { kind: 'index', name, text }
}

/** The parts between the outer parentheses, cut at commas that are neither quoted nor within others. */
function splitItems(text: string, start: number, table: string): { items: string[]; end: number } {
  const items: string[] = []
  let depth = 0
  let begun = start
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (character === "'" || character === '`' || character === '"') at = endOfQuoted(text, at)
    else if (character === '(') depth++
    else if (character === ',' && depth === 0) {
      items.push(text.slice(begun, at).trim())
      begun = at + 1
    } else if (character === ')' && depth-- === 0) {
      items.push(text.slice(begun, at).trim())
      return { items, end: at }
    }
  }
  throw notUnderstood(table)
}

/** The place of the quote that ends what begins at `start`; the text's end where none does. */
function endOfQuoted(text: string, start: number): number {
  const quote = text[start] as string
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\' && quote !== '`') at++
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at
      at++
    }
  }
  return text.length
}

function notUnderstood(table: string): SourceFailedError {
  return new SourceFailedError(`the definition of ${table} is not understood`, {
    hint: 'The server printed it in a form that is not known here. Exclude the table, and please report it.',
    data: { table },
  })
}
