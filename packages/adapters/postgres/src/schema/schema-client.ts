/** What the schema reader calls of a connection: a statement without parameters, and its rows. */
export interface SchemaClient {
  query(sql: string): Promise<{ readonly rows: readonly unknown[] }>
}

/**
 * The rows of `sql` as JSON made by the server, so that they do not depend on the type parsers that an application has
 * given to the driver. Object ids come as text; 64-bit integers must be cast to text by the query.
 */
export async function jsonRows<Row>(client: SchemaClient, sql: string): Promise<Row[]> {
  const { rows } = await client.query(`SELECT pg_catalog.row_to_json(q)::text AS row FROM (${sql}) q`)
  return rows.map((row) => JSON.parse((row as { row: string }).row) as Row)
}
