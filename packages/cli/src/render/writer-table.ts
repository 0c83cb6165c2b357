import type { RegisteredWriter } from '@dbsnap/core'
import { duration } from './amounts.ts'
import { table } from './table.ts'

/** Who is registered as a writer. */
export function writerTable(writers: readonly RegisteredWriter[]): string {
  const rows = writers.map((writer) => [
    writer.id.slice(0, 8),
    writer.operation ?? 'cannot be read',
    placeOf(writer),
    writer.started?.slice(0, 19).replace('T', ' ') ?? '',
    `${duration(writer.silent / 1000)} ago`,
    writer.expired ? 'dead' : 'alive',
  ])
  return table(['WRITER', 'DOES', 'WHERE', 'SINCE (UTC)', 'LAST SIGN', 'STATE'], rows)
}

/** `host, process 123`. */
export function placeOf({ host, pid }: RegisteredWriter): string {
  return host === undefined ? '' : `${host}, process ${pid}`
}
