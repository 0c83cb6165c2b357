import { PINNED_SETTINGS } from '../connection/pinned-settings.ts'
import { quoteText } from '../sql-text.ts'

/** What an object with a body was created under, and keeps. */
export interface CreationSession {
  readonly sqlMode: string
  readonly charset: string
  readonly collation: string
  /** Of events only. */
  readonly timeZone?: string
}

/** Charsets in which our statements, which are UTF-8, say what they mean. */
const UTF8 = /^utf8/

/** The statements around one that creates an object with a body: its session, the statement, our session again. */
export function withSession(session: CreationSession, statement: string): string[] {
  const { sqlMode, collation, timeZone } = session
  // Sent in another charset, a text that is more than ASCII would be taken for something else.
  const isPlain = /^[\0-\x7f]*$/.test(statement)
  const [charset, comparison] =
    isPlain || UTF8.test(session.charset) ? [session.charset, collation] : ['utf8mb4', 'utf8mb4_general_ci']
  const zone = timeZone === undefined ? '' : `, time_zone = ${quoteText(timeZone)}`
  return [
    `SET SESSION sql_mode = ${quoteText(sqlMode)}, character_set_client = ${charset}, collation_connection = ${comparison}${zone}`,
    statement,
    `SET SESSION sql_mode = ${PINNED_SETTINGS.sql_mode}, time_zone = ${PINNED_SETTINGS.time_zone}, character_set_client = utf8mb4, character_set_connection = utf8mb4`,
  ]
}
