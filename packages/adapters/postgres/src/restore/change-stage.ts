import type { OperationCounts } from '@dbsnap/core/adapter'
import type { CollectionLayout } from '@dbsnap/core/values'
import { quoteName } from './quote-name.ts'
import type { TargetConnection } from './target-connection.ts'
import type { TargetTable } from './target-table.ts'

/** The differences of one table, waiting in a temporary table of the main transaction. */
export interface ChangeStage {
  readonly table: TargetTable
  readonly layout: CollectionLayout
  /** Name for statements. Its columns are `op` and `c1`, `c2`, ... in the order of the layout. */
  readonly sql: string
  /** Per key column, the operator under which its unique index calls two values equal: `OPERATOR(pg_catalog.=)`. */
  readonly keyOperators: readonly string[]
  readonly counts: OperationCounts
}

/**
 * Makes the temporary table that takes a table's differences: no constraint, every column nullable, types and
 * collations of the table itself. Vanishes with the transaction.
 */
export async function createChangeStage(
  main: TargetConnection,
  table: TargetTable,
  layout: CollectionLayout,
  ordinal: number,
): Promise<ChangeStage> {
  const name = `dbsnap_stage_${ordinal}`
  const columns = layout.columns.map((column, index) => `, t.${quoteName(column.name)} AS c${index + 1}`).join('')
  const doing = `stage the differences of ${layout.name}`
  await main.run(
    `CREATE TEMPORARY TABLE ${name} ON COMMIT DROP AS SELECT '+'::"char" AS op${columns} FROM ONLY ${table.sql} t WITH NO DATA`,
    doing,
  )
  return {
    table,
    layout,
    sql: `pg_temp.${name}`,
    keyOperators: layout.key.length === 0 ? [] : await keyOperators(main, table, layout),
    counts: { insert: 0, remove: 0 },
  }
}

const KEY_OPERATORS = `
SELECT pg_catalog.array_agg(pg_catalog.format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY k.ordinal) AS operators
  FROM pg_catalog.pg_index i
 CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indclass::oid[]) WITH ORDINALITY AS k(attnum, opclass, ordinal)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
  JOIN pg_catalog.pg_opclass c ON c.oid = k.opclass
  JOIN pg_catalog.pg_amop m ON m.amopfamily = c.opcfamily AND m.amopstrategy = 3
                           AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype
  JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
  JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
 WHERE i.indrelid = $1::oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
   AND k.ordinal <= i.indnkeyatts
 GROUP BY i.indexrelid, i.indisprimary
HAVING pg_catalog.array_agg(a.attname::text ORDER BY k.ordinal) = $2::text[]
 ORDER BY i.indisprimary DESC LIMIT 1`

/** The equality of the key's own unique index: `=` alone is not found for an extension's type under an empty search path. */
async function keyOperators(main: TargetConnection, table: TargetTable, layout: CollectionLayout): Promise<string[]> {
  const names = layout.key.map((part) => layout.columns[part.column]?.name)
  const [row] = await main.rows(KEY_OPERATORS, [table.oid, names])
  return row === undefined ? names.map(() => 'OPERATOR(pg_catalog.=)') : (row.operators as string[])
}

/** The join of the table `t` with its stage `s` on the key. */
export function keyJoin(stage: ChangeStage): string {
  return stage.layout.key
    .map((part, index) => {
      const column = quoteName(stage.layout.columns[part.column]?.name ?? '')
      return `t.${column} ${stage.keyOperators[index]} s.c${part.column + 1}`
    })
    .join(' AND ')
}
