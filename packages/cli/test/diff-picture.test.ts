import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import pc from 'picocolors'
import { expect, it } from 'vitest'
import { deployBadRelease } from '../src/demo/bad-release.ts'
import { createShop } from '../src/demo/shop-database.ts'
import { run } from '../src/run.ts'
import { terminalPicture } from './terminal-picture.ts'

/** Changes shown; the picture is to fit a screen. */
const SHOWN = '6'
const COLUMNS = 96
const TITLE = 'Output of dbsnap diff: records and an index removed, prices changed, exact counts at the end'

it('the picture of a diff in the README is one: `npm run docs:picture` takes it anew', async () => {
  const url = await (await sharedPostgres(18)).createDatabase()
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-picture-'))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const dbsnap = async (...args: string[]): Promise<string> => {
    let out = ''
    await run(args, {
      out: async (content) => {
        out += content
      },
      message: () => {},
      colours: pc.createColors(true),
      interactive: false,
      columns: 100,
      signal: new AbortController().signal,
      variables: { DBSNAP_REPO: place, DBSNAP_PASSPHRASE: 'of the picture' },
      ask: async () => '',
    })
    return out
  }
  try {
    await createShop(client, { scale: 0.2 })
    await dbsnap('init')
    await dbsnap('take', url)
    await deployBadRelease(client)
    const diff = await dbsnap('diff', 'latest', url, '--limit', SHOWN)
    const command = pc.createColors(true).dim(`$ dbsnap diff latest postgres://localhost/shop --limit ${SHOWN}`)
    const picture = terminalPicture(`${command}\n${diff}`, TITLE, COLUMNS)
    await expect(picture).toMatchFileSnapshot('../../../docs/images/diff.svg')
  } finally {
    await client.end()
    await rm(place, { recursive: true })
  }
})
