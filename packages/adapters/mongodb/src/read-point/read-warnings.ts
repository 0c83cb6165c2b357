import type { Consistency, ReadPointOptions } from '@dbsnap/core/ports'
import type { CollectionFacts } from '../schema/list-collections.ts'
import type { ServerFacts } from './server-facts.ts'

/** What a person should know of a read. */
export interface Noteworthy {
  readonly system: readonly string[]
  readonly leftovers: readonly string[]
  /** Capped collections whose order of insertion is not that of `_id`. */
  readonly unordered: readonly string[]
  readonly tables: readonly CollectionFacts[]
  readonly consistency: Consistency
  /** Those of them that are read by themselves, though the others are of one moment. */
  readonly byThemselves: readonly string[]
  readonly server: ServerFacts
}

/** Says what is left out, and what is less consistent than one might think. */
export function warn(
  request: ReadPointOptions,
  { system, leftovers, unordered, tables, consistency, byThemselves, server }: Noteworthy,
): void {
  const say = (code: string, names: readonly string[], what: string): void => {
    if (names.length > 0) request.onWarning({ code, message: `${what}: ${names.slice(0, 20).join(', ')}` })
  }
  say('SYSTEM_COLLECTIONS_LEFT_OUT', system, 'left out, because they belong to the server')
  say('RESTORE_LEFTOVERS_LEFT_OUT', leftovers, 'left out, because a restore that was ended left them behind')
  say('NATURAL_ORDER_LEFT_OUT', unordered, 'the order of insertion is not kept, but that of _id')
  const encrypted = tables.filter(({ optionsDocument }) => optionsDocument.encryptedFields !== undefined)
  say(
    'ENCRYPTED_FIELDS_NEED_THEIR_KEYS',
    encrypted.map(({ name }) => name),
    'encrypted fields are kept as they are; their keys lie in the key vault, which is another collection',
  )
  if (consistency === 'snapshot') {
    say('NOT_ONE_MOMENT', byThemselves, 'read by themselves, while others may write to them')
  } else {
    const own = server.hasSnapshots ? 'each at a moment of its own' : 'while others may write to them'
    request.onWarning({ code: 'NOT_ONE_MOMENT', message: `collections were read one by one, ${own}` })
  }
}
