import { IncompatibleTargetError } from '@dbsnap/core/errors'
import type { MysqlConnection } from '../connection/mysql-connection.ts'

const REFERENCES = `SELECT CONSTRAINT_SCHEMA AS other, TABLE_NAME AS name, CONSTRAINT_NAME AS constraintName, REFERENCED_TABLE_NAME AS referenced
  FROM information_schema.REFERENTIAL_CONSTRAINTS
 WHERE UNIQUE_CONSTRAINT_SCHEMA = DATABASE() AND CONSTRAINT_SCHEMA <> DATABASE()`

/**
 * Fails with `IncompatibleTargetError` where a table of another database refers to one that is to be replaced: its foreign key
 * would follow the old table where it is moved to, and point at nothing once that is dropped. It is not ours to make anew.
 */
export async function refuseForeignReferences(side: MysqlConnection, replaced: ReadonlySet<string>): Promise<void> {
  const rows = await side.query('look for references from other databases', REFERENCES)
  const found = rows.find(({ referenced }) => replaced.has(String(referenced)))
  if (found === undefined) return
  const [referenced, constraint] = [String(found.referenced), String(found.constraintName)]
  const other = `${found.other}.${found.name}`
  throw new IncompatibleTargetError(`${referenced} cannot be replaced: ${other} refers to it`, {
    hint: `Drop the foreign key ${constraint} of ${other}, restore, and add it again. Nothing was changed.`,
    data: { table: referenced, other, constraint },
  })
}
