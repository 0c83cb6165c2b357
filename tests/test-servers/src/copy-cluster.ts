import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { asUser } from './cluster-template.ts'
import type { ServerUser } from './server-user.ts'

const run = promisify(execFile)

/**
 * Copies the cluster of a running server (15 or later) on this machine into `dataFolder`, ready to start as its standby. By the
 * server's own functions, because the packages from npm have no `pg_basebackup`.
 */
export async function copyCluster(primaryUrl: string, dataFolder: string, user: ServerUser | undefined): Promise<void> {
  const client = new pg.Client({ connectionString: primaryUrl })
  await client.connect()
  try {
    const { rows: started } = await client.query(
      `select current_setting('data_directory') as folder from pg_backup_start('standby', true)`,
    )
    await run('cp', ['-R', started[0].folder, dataFolder], asUser(user))
    const { rows: stopped } = await client.query('select labelfile from pg_backup_stop(false)')
    await rm(join(dataFolder, 'postmaster.pid'))
    await writeAs(user, join(dataFolder, 'backup_label'), stopped[0].labelfile)
    await writeAs(user, join(dataFolder, 'standby.signal'), '')
    const { hostname, port } = new URL(primaryUrl)
    const conninfo = `host=${hostname} port=${port} user=postgres`
    await writeAs(user, join(dataFolder, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`)
  } finally {
    await client.end()
  }
}

async function writeAs(user: ServerUser | undefined, path: string, text: string): Promise<void> {
  await writeFile(path, text)
  if (user) await run('chown', [`${user.uid}:${user.gid}`, path])
}
