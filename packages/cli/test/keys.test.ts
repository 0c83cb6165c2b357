import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Ended, errorOf, runDbsnap } from './run-dbsnap.ts'

const PASSPHRASE = 'canary-of-the-old-passphrase'
const NEW_PASSPHRASE = 'canary-of-the-new-passphrase'
let place = ''
let repository = ''

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-keys-'))
  repository = join(place, 'repository')
})
afterEach(() => rm(place, { recursive: true }))

function dbsnap(args: readonly string[], variables: Record<string, string> = { DBSNAP_PASSPHRASE: PASSPHRASE }) {
  return runDbsnap(args, { DBSNAP_REPO: repository, ...variables })
}

/** The recovery key in what a command showed. */
function shownIn({ out }: Ended): string {
  const lines = out.match(/^ {4}[0-9A-Z-]{23}$/gm) ?? []
  expect(lines).toHaveLength(2)
  return lines.map((line) => line.trim()).join('-')
}

async function slots(
  variables?: Record<string, string>,
): Promise<{ id: string; provider: string; label: string | null }[]> {
  const listed = await dbsnap(['key', 'list', '--json'], variables)
  expect(listed).toMatchObject({ code: 0, messages: '' })
  return JSON.parse(listed.out)
}

it('a forgotten passphrase is replaced with the recovery key that init has shown', async () => {
  const made = await dbsnap(['init'])
  expect(made.code).toBe(0)
  const recoveryKey = shownIn(made)
  expect((await slots()).map(({ provider }) => provider).sort()).toEqual(['passphrase', 'recovery-key'])

  // As a person types it, and with one mistake.
  const typed = recoveryKey.toLowerCase().replaceAll('-', ' ')
  const mistyped = typed.slice(0, -1) + (typed.endsWith('a') ? 'b' : 'a')
  const refused = await dbsnap(['list', '--json'], { DBSNAP_RECOVERY_KEY: mistyped })
  expect([refused.code, errorOf(refused).message]).toEqual([2, 'group 8 of the recovery key is mistyped'])
  expect(refused.out).not.toContain(mistyped.slice(0, 11))

  const lost = (await slots({ DBSNAP_RECOVERY_KEY: typed })).find(({ provider }) => provider === 'passphrase')
  const file = join(place, 'new')
  await writeFile(file, `${NEW_PASSPHRASE}\n`)
  const args = ['key', 'rotate', lost?.id.slice(0, 8) as string, '--new-passphrase-file', file]
  const rotated = await dbsnap(args, { DBSNAP_RECOVERY_KEY: typed })
  expect(rotated).toMatchObject({ code: 0, out: expect.stringContaining('No data was written again') })
  expect(await dbsnap(['list'])).toMatchObject({ code: 4 })
  expect(await dbsnap(['list'], { DBSNAP_PASSPHRASE: NEW_PASSPHRASE })).toMatchObject({ code: 0 })
})

it('key files, master keys and labels; the last slot goes only for the word', async () => {
  expect(JSON.parse((await dbsnap(['init', '--json'])).out)).toMatchObject({ encrypted: true, recoveryKey: false })
  const keyFile = join(place, 'team.key')
  const added = await dbsnap(['key', 'add', '--new-key-file', keyFile, '--label', 'team', '--json'])
  expect(added.code).toBe(0)
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  const withFile = { DBSNAP_KEY_FILE: keyFile }
  const masterKey = Buffer.alloc(32, 9).toString('base64')
  const environment = { ...withFile, DBSNAP_NEW_MASTER_KEY: masterKey }
  expect(await dbsnap(['key', 'add', '--new-master-key', '--label', 'server'], environment)).toMatchObject({ code: 0 })
  expect(await dbsnap(['list', '--key-file', keyFile], {})).toMatchObject({ code: 0 })
  expect((await slots({ DBSNAP_MASTER_KEY: masterKey })).map(({ label }) => label)).toEqual([null, 'team', 'server'])
  const text = await dbsnap(['key', 'list'], { DBSNAP_MASTER_KEY: masterKey })
  expect(text.out).toMatch(/^SLOT .*NOTES\n[0-9a-f]{8} +passphrase[\s\S]*team[\s\S]*server.*opened with this\n$/)

  const [passphrase] = await slots(withFile)
  for (const slot of ['server', passphrase?.id as string]) {
    expect(await dbsnap(['key', 'remove', slot, '--json'], withFile)).toMatchObject({ code: 0 })
  }
  const last = await dbsnap(['key', 'remove', 'team', '--json'], withFile)
  expect([last.code, errorOf(last).code]).toEqual([5, 'LAST_KEY_SLOT'])
  expect(await dbsnap(['key', 'remove', 'team', '--last-slot', 'yes'], withFile)).toMatchObject({ code: 2 })
  expect(await dbsnap(['list'], withFile)).toMatchObject({ code: 0 })
  const destroyed = await dbsnap(['key', 'remove', 'team', '--last-slot', 'destroy-all-data'], withFile)
  expect(destroyed.code).toBe(0)
  expect(await dbsnap(['list'], withFile)).toMatchObject({ code: 4 })
})

it('no secret stands in JSON, in messages or in errors', async () => {
  const out = join(place, 'recovery')
  const made = await dbsnap(['init', '--json', '--recovery-key-out', out])
  expect(JSON.parse(made.out)).toMatchObject({ recoveryKey: true })
  expect((await stat(out)).mode & 0o777).toBe(0o600)
  const recoveryKey = (await readFile(out, 'utf8')).trim()
  const variables = { DBSNAP_PASSPHRASE: PASSPHRASE, DBSNAP_NEW_PASSPHRASE: NEW_PASSPHRASE }
  const ended = [made, await dbsnap(['key', 'add', '--json'], variables)]
  for (const [args, code] of [
    [['key', 'add', '--new-recovery-key'], 2],
    [['key', 'add', '--new-recovery-key', '--recovery-key-out', out], 2],
    [['key', 'add', '--new-recovery-key', '--new-master-key'], 2],
    [['key', 'add', '--new-master-key'], 2],
    [['key', 'add', '--new-passphrase-file', join(place, 'none')], 2],
    [['key', 'rotate', '--new-key-file', join(repository, 'config')], 2],
    [['key', 'rotate', 'ffff'], 2],
    [['key', 'list'], 0],
    [['check'], 0],
    [['key', 'rotate'], 0],
    [['list'], 4],
  ] as const) {
    ended.push(await dbsnap([...args, '--json'], variables))
    expect(ended.at(-1)?.code, args.join(' ')).toBe(code)
  }
  ended.push(await dbsnap(['list', '--recovery-key-file', out]))
  expect(ended.at(-1)?.code).toBe(0)
  for (const { out: text, messages } of ended) {
    for (const secret of [PASSPHRASE, NEW_PASSPHRASE, recoveryKey]) expect(text + messages).not.toContain(secret)
  }
  expect(await dbsnap(['key', 'add'], { DBSNAP_PASSPHRASE: NEW_PASSPHRASE })).toMatchObject({ code: 2 })
})
