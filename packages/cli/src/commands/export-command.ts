import { open, rename, rm } from 'node:fs/promises'
import { freeBacking, type Repository, UsageError } from '@dbsnap/core'
import { bsonArchive } from '@dbsnap/mongodb'
import * as mysql from '@dbsnap/mysql'
import * as postgres from '@dbsnap/postgres'
import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'

export interface ExportCommandOptions extends GlobalOptions {
  readonly format: 'sql' | 'bson' | 'json' | 'ndjson' | 'csv'
  readonly fields?: string[]
  readonly relaxed?: boolean
  readonly include?: string[]
  readonly output?: string
}

export async function exportCommand(name: string, options: ExportCommandOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const pieces = await piecesOf(repository, name, options, console.signal)
    if (options.output === undefined || options.output === '-') {
      for await (const piece of pieces) {
        await console.out(piece)
        freeBacking(piece)
      }
    } else await writeFile(options.output, pieces)
    return EXIT.done
  } finally {
    await repository.close()
  }
}

async function piecesOf(
  repository: Repository,
  name: string,
  options: ExportCommandOptions,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const snapshot = await repository.get(name)
  const choice = options.include === undefined ? {} : { include: options.include }
  const { format, fields, relaxed } = options
  if (format !== 'sql' && format !== 'bson') {
    const style = { ...(fields === undefined ? {} : { fields }), ...(relaxed === undefined ? {} : { relaxed }) }
    return repository.exportRecords(snapshot, { format, signal, ...choice, ...style })
  }
  if (format === 'sql' && snapshot.source.engine === 'mongodb') throw noSql()
  const { sqlScript } = snapshot.source.engine === 'mysql' ? mysql : postgres
  return (format === 'sql' ? sqlScript : bsonArchive)({
    snapshot,
    schema: await repository.schema(snapshot),
    records: (collection) => repository.rawRecords(snapshot, collection, { signal }),
    ...choice,
  })
}

function noSql(): UsageError {
  return new UsageError('documents cannot be written as SQL', { hint: 'Use --format bson, json, ndjson or csv.' })
}

/** The file appears whole or not at all. Fails with `UsageError` where it cannot be written. */
async function writeFile(path: string, pieces: AsyncIterable<Buffer>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  const file = await open(temporary, 'wx', 0o600).catch((error) => cannotWrite(path, error))
  try {
    for await (const piece of pieces) await file.writeFile(piece).catch((error) => cannotWrite(path, error))
    await file.sync()
    await file.close()
    await rename(temporary, path).catch((error) => cannotWrite(path, error))
  } catch (error) {
    await file.close().catch(() => {})
    await rm(temporary, { force: true })
    throw error
  }
}

function cannotWrite(path: string, error: NodeJS.ErrnoException): never {
  throw new UsageError(`${path} cannot be written (${error.code})`, {
    hint: 'Check the path given with --output, and that there is room.',
  })
}
