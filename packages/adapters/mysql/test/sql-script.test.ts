import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { type Difference, memory, Repository } from '@dbsnap/core'
import { canStartMysql, MYSQL_FLAVOURS, mysqlToolFor, sharedMysql } from '@dbsnap/test-servers'
import { expect, it } from 'vitest'
import { mysql, sqlScript } from '../src/index.ts'
import { everyKind } from './every-kind.ts'
import { showCreateAll, testDatabase } from './test-database.ts'

const client = mysqlToolFor('mariadb')

it.skipIf(client === undefined || !canStartMysql()).each(MYSQL_FLAVOURS)(
  'a script of a database with every kind of object, on %s, is loaded by the client alone and leaves no difference',
  async (flavour) => {
    const server = await sharedMysql(flavour)
    const [source, target] = [await testDatabase(flavour), await testDatabase(flavour)]
    await source.sql(...everyKind(flavour))
    const repository = await Repository.create(memory(), { unencrypted: true })
    const snapshot = await repository.take(mysql(source.url))
    const folder = await mkdtemp(join(tmpdir(), 'dbsnap-script-'))
    const file = join(folder, 'script.sql')
    const schema = await repository.schema(snapshot)
    const pieces = sqlScript({ snapshot, schema, records: (name) => repository.rawRecords(snapshot, name) })
    await pipeline(pieces, createWriteStream(file))
    const options = [
      '--no-defaults',
      // Without it the client drops comments from the bodies of programs.
      '--comments',
      '-uroot',
      '-h127.0.0.1',
      `-P${server.port}`,
      new URL(target.url).pathname.slice(1),
    ]
    await promisify(execFile)('/bin/sh', ['-c', `"$0" "$@" < '${file}'`, client as string, ...options])
    expect(await showCreateAll(target)).toEqual(await showCreateAll(source))
    const found: Difference[] = []
    for await (const item of repository.diff(snapshot, mysql(target.url))) if (item.type !== 'summary') found.push(item)
    expect(found).toEqual([])
    await rm(folder, { recursive: true })
    await Promise.all([source.close(), target.close()])
  },
)
