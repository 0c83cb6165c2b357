import type { MysqlConnection, TextRow } from '../connection/mysql-connection.ts'
import type { ColumnType } from '../mysql-type-map.ts'

/** A column as the catalog shows it. */
export interface ColumnFacts extends ColumnType {
  /** `int unsigned`, `enum('a','b')`. */
  readonly type: string
  readonly nullable: boolean
  /** Whether its value follows from others, or from the server's own bookkeeping, so that nobody may write it. */
  readonly generated: boolean
  readonly autoIncrement: boolean
}

/** A unique index over plain columns that are never NULL: what can be a key. */
export interface UniqueIndex {
  readonly name: string
  readonly columns: readonly string[]
}

/** A table as the catalog shows it. */
export interface TableFacts {
  readonly name: string
  readonly engine: string
  readonly systemVersioned: boolean
  readonly partitioned: boolean
  /** Guesses of the server. */
  readonly records: number
  readonly bytes: number
  readonly columns: readonly ColumnFacts[]
  readonly unique: readonly UniqueIndex[]
}

const tablesWhere = (
  where: string,
): string => `SELECT TABLE_NAME AS name, TABLE_TYPE AS kind, ENGINE AS engine, TABLE_ROWS AS records,
  DATA_LENGTH AS bytes, CREATE_OPTIONS AS options
  FROM information_schema.TABLES
 WHERE ${where} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')`

const columnsWhere = (
  where: string,
): string => `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, LOWER(DATA_TYPE) AS dataType,
  CHARACTER_SET_NAME AS charset, COLLATION_NAME AS collation, IS_NULLABLE AS nullable, EXTRA AS extra
  FROM information_schema.COLUMNS
 WHERE ${where} ORDER BY TABLE_NAME, ORDINAL_POSITION`

/** An expression of an index has no column name; such an index drops out because it has a part without a column. */
const indexesWhere = (
  where: string,
): string => `SELECT TABLE_NAME AS tableName, INDEX_NAME AS name, COLUMN_NAME AS columnName, NULLABLE AS nullable
  FROM information_schema.STATISTICS
 WHERE ${where} AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`

/** All tables of the connection's database, or of another, or one of them; by name in byte order. */
export async function readTables(
  connection: MysqlConnection,
  database: string | null = null,
  table?: string,
): Promise<TableFacts[]> {
  const doing = 'read the catalog'
  const where = `TABLE_SCHEMA = COALESCE(?, DATABASE())${table === undefined ? '' : ' AND TABLE_NAME = ?'}`
  const values = table === undefined ? [database] : [database, table]
  const tables = await connection.query(doing, tablesWhere(where), values)
  const columns = byTable(await connection.query(doing, columnsWhere(where), values))
  const indexes = byTable(await connection.query(doing, indexesWhere(where), values))
  return tables
    .map((table) => factsOf(table, columns.get(String(table.name)) ?? [], indexes.get(String(table.name)) ?? []))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
}

function byTable(rows: readonly TextRow[]): Map<string, TextRow[]> {
  const found = new Map<string, TextRow[]>()
  for (const row of rows) {
    const name = String(row.tableName)
    const list = found.get(name)
    if (list === undefined) found.set(name, [row])
    else list.push(row)
  }
  return found
}

function factsOf(table: TextRow, columnRows: readonly TextRow[], indexRows: readonly TextRow[]): TableFacts {
  const columns = columnRows.map(columnOf)
  return {
    name: String(table.name),
    engine: String(table.engine),
    systemVersioned: table.kind === 'SYSTEM VERSIONED',
    partitioned: String(table.options).includes('partitioned'),
    records: Number(table.records ?? 0),
    bytes: Number(table.bytes ?? 0),
    columns,
    unique: uniqueIndexes(indexRows, new Set(columns.filter((column) => !column.generated).map(({ name }) => name))),
  }
}

function columnOf(row: TextRow): ColumnFacts {
  const extra = String(row.extra).toUpperCase()
  const generated = /(VIRTUAL|STORED|PERSISTENT) GENERATED|GENERATED ALWAYS/.test(extra)
  return {
    name: String(row.name),
    type: String(row.type),
    dataType: String(row.dataType),
    charset: row.charset ?? null,
    collation: row.collation ?? null,
    nullable: row.nullable === 'YES',
    generated,
    autoIncrement: extra.includes('AUTO_INCREMENT'),
  }
}

/** The primary key first, then by name. */
function uniqueIndexes(rows: readonly TextRow[], readable: ReadonlySet<string>): UniqueIndex[] {
  const parts = new Map<string, TextRow[]>()
  for (const row of rows) {
    const list = parts.get(String(row.name))
    if (list === undefined) parts.set(String(row.name), [row])
    else list.push(row)
  }
  const usable = [...parts].filter(([, list]) =>
    list.every(
      ({ columnName, nullable }) => nullable !== 'YES' && columnName !== null && readable.has(String(columnName)),
    ),
  )
  return usable
    .map(([name, list]) => ({ name, columns: list.map(({ columnName }) => String(columnName)) }))
    .sort((a, b) => Number(b.name === 'PRIMARY') - Number(a.name === 'PRIMARY') || (a.name < b.name ? -1 : 1))
}
