import { requireCount } from '@dbsnap/core/adapter'
import { type ChangeStage, keyJoin } from './change-stage.ts'
import { quoteName } from './quote-name.ts'
import type { TargetConnection } from './target-connection.ts'

/**
 * Removes and inserts what a stage holds, in this order, and makes sure that exactly so many records were touched.
 * Triggers, rules and foreign keys of the table must be held off by the caller.
 */
export async function applyChanges(main: TargetConnection, stage: ChangeStage): Promise<void> {
  const { table, layout, counts } = stage
  if (counts.remove > 0) {
    const removed = await main.run(
      layout.key.length > 0 ? removeByKey(stage) : removeEqualRows(stage),
      `remove records from ${layout.name}`,
    )
    requireCount(layout.name, 'remove', counts.remove, removed)
  }
  if (counts.insert > 0) {
    const columns = layout.columns.map((column) => quoteName(column.name))
    const values = columns.map((_, index) => `c${index + 1}`)
    const target = columns.length === 0 ? table.sql : `${table.sql} (${columns.join(', ')}) OVERRIDING SYSTEM VALUE`
    const inserted = await main.run(
      `INSERT INTO ${target} SELECT ${values.join(', ')} FROM ${stage.sql} WHERE op = '+'`,
      `insert records into ${layout.name}`,
    )
    requireCount(layout.name, 'insert', counts.insert, inserted)
  }
}

function removeByKey(stage: ChangeStage): string {
  return `DELETE FROM ONLY ${stage.table.sql} t USING ${stage.sql} s WHERE s.op = '-' AND ${keyJoin(stage)}`
}

/**
 * One row goes for every remove. Rows are equal when their whole text is: types like json and xml have no equality of
 * their own, and text tells -0 from 0 and `1.0` from `1.00`. Only rows that are removed at all are numbered.
 */
function removeEqualRows(stage: ChangeStage): string {
  const columns = stage.layout.columns
  const own = `ROW(${columns.map((column) => `t.${quoteName(column.name)}`).join(', ')})::text COLLATE "C"`
  const staged = `ROW(${columns.map((_, index) => `s.c${index + 1}`).join(', ')})::text COLLATE "C"`
  return `WITH removed AS MATERIALIZED (
      SELECT ${staged} AS row_text, count(*) AS copies FROM ${stage.sql} s WHERE s.op = '-' GROUP BY 1
    ), numbered AS (
      SELECT r.place, removed.copies, row_number() OVER (PARTITION BY r.row_text) AS ordinal
        FROM (SELECT t.ctid AS place, ${own} AS row_text FROM ONLY ${stage.table.sql} t) r
        JOIN removed ON removed.row_text = r.row_text
    )
    DELETE FROM ONLY ${stage.table.sql} t USING numbered WHERE t.ctid = numbered.place AND numbered.ordinal <= numbered.copies`
}
