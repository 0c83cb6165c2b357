import { PermissionDeniedError } from '@dbsnap/core/errors'
import type { SchemaObject } from '@dbsnap/core/values'
import type { MysqlConnection, TextRow } from '../connection/mysql-connection.ts'
import { quoteName } from '../sql-text.ts'
import { withSession } from './session-statements.ts'

const DOING = 'read the schema'

const ROUTINES = `SELECT ROUTINE_NAME AS name, ROUTINE_TYPE AS type FROM information_schema.ROUTINES
 WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY FIELD(ROUTINE_TYPE, 'PACKAGE', 'PACKAGE BODY', 'FUNCTION', 'PROCEDURE'), ROUTINE_NAME`
const TRIGGERS = `SELECT TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS tableName FROM information_schema.TRIGGERS
 WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY EVENT_OBJECT_TABLE, CONCAT(ACTION_TIMING, ' ', EVENT_MANIPULATION), ACTION_ORDER`
const EVENTS = `SELECT EVENT_NAME AS name FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME`

/** Functions, procedures and MariaDB's packages. */
export async function readRoutines(connection: MysqlConnection): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = []
  for (const { name, type } of await connection.query(DOING, ROUTINES)) {
    const word = String(type)
    const kind = word.toLowerCase()
    const [row] = await connection.query(DOING, `SHOW CREATE ${word} ${quoteName(String(name))}`)
    const title = word.replace(/\b(\w)(\w*)/g, (_, first: string, rest: string) => first + rest.toLowerCase())
    objects.push(programObject(kind, String(name), row, `Create ${title}`))
  }
  return objects
}

/** The triggers of the chosen tables, in the order in which they fire. */
export async function readTriggers(
  connection: MysqlConnection,
  isChosen: (table: string) => boolean,
): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = []
  for (const { name, tableName } of await connection.query(DOING, TRIGGERS)) {
    const collection = String(tableName)
    if (!isChosen(collection)) continue
    const [row] = await connection.query(DOING, `SHOW CREATE TRIGGER ${quoteName(String(name))}`)
    const object = programObject('trigger', String(name), row, 'SQL Original Statement')
    objects.push({ ...object, collection, dependsOn: [`table:${collection}`] })
  }
  return objects
}

export async function readEvents(connection: MysqlConnection): Promise<SchemaObject[]> {
  const objects: SchemaObject[] = []
  for (const { name } of await connection.query(DOING, EVENTS)) {
    const [row] = await connection.query(DOING, `SHOW CREATE EVENT ${quoteName(String(name))}`)
    objects.push(programObject('event', String(name), row, 'Create Event'))
  }
  return objects
}

/** Who may not see a body gets NULL for it. */
function programObject(kind: string, name: string, row: TextRow | undefined, column: string): SchemaObject {
  const text = row?.[column]
  if (row === undefined || text === undefined || text === null) {
    throw new PermissionDeniedError(`the definition of ${kind} ${name} may not be read`, {
      hint: 'It takes the privilege SHOW_ROUTINE (MariaDB: SHOW CREATE ROUTINE, or SELECT on mysql.proc), or being its definer.',
      data: { object: name },
    })
  }
  const session = {
    sqlMode: String(row.sql_mode ?? ''),
    charset: String(row.character_set_client),
    collation: String(row.collation_connection),
    ...(typeof row.time_zone === 'string' ? { timeZone: row.time_zone } : {}),
  }
  return {
    kind,
    name,
    definition: { definition: text, ...session },
    dependsOn: [],
    section: 'post-data',
    statements: withSession(session, text),
  }
}
