/** What the schema reader calls of a connection. */
export interface SchemaClient {
  /** Runs statements that return nothing. */
  query(sql: string): Promise<unknown>
  /** The bytes of a `COPY ... TO STDOUT`, cut anywhere. */
  copyOut(statement: string): AsyncIterable<Buffer>
}

const NEWLINE = 10

/**
 * The rows of `sql` as JSON made by the server, so that they do not depend on the type parsers that an application has
 * given to the driver. Object ids come as text; 64-bit integers must be cast to text by the query. They come by COPY, one
 * after the other: the answer of a query would be there as a whole, as the driver's rows, as texts and as objects.
 */
export async function* jsonRows<Row>(client: SchemaClient, sql: string): AsyncGenerator<Row, void, undefined> {
  const copy = `COPY (SELECT pg_catalog.row_to_json(q)::text FROM (${sql}) q) TO STDOUT`
  let rest: Buffer = Buffer.alloc(0)
  for await (const bytes of client.copyOut(copy)) {
    const piece = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    let start = 0
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, start)) {
      yield JSON.parse(unescaped(piece.toString('utf8', start, end)))
      start = end + 1
    }
    // A copy: what the connection gave is gone when the next piece is asked for.
    rest = Buffer.from(piece.subarray(start))
  }
}

/** COPY doubles backslashes and writes whitespace, which stands between JSON's words only, as a backslash and a letter. */
function unescaped(line: string): string {
  return line.includes('\\') ? line.replace(/\\(.)/g, (_, letter) => (letter === '\\' ? letter : ' ')) : line
}
