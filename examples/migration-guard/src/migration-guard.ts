import { folder, isDbSnapError, Repository, type Snapshot, type SnapshotSummary } from '@dbsnap/core'
import { postgres } from '@dbsnap/postgres'
import pg from 'pg'

/** The tag by which a rollback finds its snapshot; its value is the migration's name. */
const TAG = 'before-migration'

/** What a migration did, counted. */
export interface MigrationReport {
  readonly before: Snapshot
  readonly recordsChanged: number
  readonly schemaChanged: number
}

/** Opens the repository that keeps the snapshots, and makes it at the first use. */
export async function openRepository(path: string, passphrase: string): Promise<Repository> {
  try {
    return await Repository.open(folder(path), { passphrase })
  } catch (error) {
    if (isDbSnapError(error) && error.code === 'NOT_A_REPOSITORY')
      return Repository.create(folder(path), { passphrase })
    throw error
  }
}

/**
 * Takes a snapshot, runs the migration, and tells line by line what it changed. Where the migration fails, what it
 * committed before it failed is put back and its error is thrown.
 */
export async function migrate(
  repository: Repository,
  url: string,
  migration: { readonly name: string; readonly sql: string },
  tell: (line: string) => void,
): Promise<MigrationReport> {
  const before = await repository.take(postgres(url), { tags: { [TAG]: migration.name } })
  tell(`snapshot ${before.id}: ${before.records} records before ${migration.name}`)
  try {
    await run(url, migration.sql)
  } catch (error) {
    await rollBack(repository, url, before)
    throw error
  }
  return report(repository, url, before, tell)
}

/**
 * Makes the database what it was in the snapshot: records, columns, indexes, constraints. Without a snapshot it takes
 * the one of the last migration.
 */
export async function rollBack(repository: Repository, url: string, before?: SnapshotSummary): Promise<void> {
  const snapshot = before ?? (await lastBeforeMigration(repository))
  await repository.restore(snapshot, postgres(url), { mode: 'overwrite', confirm: true })
}

async function lastBeforeMigration(repository: Repository): Promise<SnapshotSummary> {
  const newestFirst = await repository.list()
  const found = newestFirst.find((snapshot) => TAG in snapshot.tags)
  if (!found) throw new Error('no migration has been run through this repository')
  return found
}

async function report(
  repository: Repository,
  url: string,
  before: Snapshot,
  tell: (line: string) => void,
): Promise<MigrationReport> {
  let recordsChanged = 0
  let schemaChanged = 0
  for await (const change of repository.diff(before, postgres(url))) {
    if (change.type === 'schema') {
      schemaChanged += 1
      tell(`${change.kind} ${change.object} ${change.name}`)
    } else if (change.type === 'summary') {
      for (const { name, added, removed, changed } of change.collections) {
        recordsChanged += added + removed + changed
        if (added + removed + changed > 0) tell(`${name}: ${added} added, ${removed} removed, ${changed} changed`)
      }
    }
  }
  return { before, recordsChanged, schemaChanged }
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
