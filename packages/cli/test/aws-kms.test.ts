import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateAliasCommand, CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { type KmsServer, kmsUnavailable, startKms } from '@dbsnap/test-servers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readOffline } from './offline-reader.ts'
import { errorOf, runDbsnap } from './run-dbsnap.ts'

const PASSPHRASE = 'canary-of-the-passphrase'
const SECRET = 'canary-of-the-access-key'
const MAIN = join(import.meta.dirname, '../src/main.ts')

async function freshPlace() {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-aws-kms-'))
  return { place, repository: join(place, 'repository'), remove: () => rm(place, { recursive: true }) }
}

describe.skipIf(await kmsUnavailable())('the command line with a key of AWS KMS', () => {
  let server: KmsServer
  let client: KMSClient
  let { place, repository, remove } = { place: '', repository: '', remove: async () => {} }

  beforeAll(async () => {
    server = await startKms()
    const { endpoint, region, credentials } = server
    client = new KMSClient({ endpoint, region, credentials })
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', endpoint)
    vi.stubEnv('AWS_REGION', region)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'canary-of-the-access-key-id')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    client.destroy()
    await server.stop()
  })
  beforeEach(async () => {
    ;({ place, repository, remove } = await freshPlace())
  })
  afterEach(() => remove())

  const dbsnap = (args: readonly string[], variables: Record<string, string> = {}) =>
    runDbsnap(args, { DBSNAP_REPO: repository, ...variables })

  async function newKey(): Promise<string> {
    return (await client.send(new CreateKeyCommand({}))).KeyMetadata?.Arn as string
  }

  it('makes, opens and lists a repository; a forgotten passphrase is replaced with it', async () => {
    const arn = await newKey()
    await client.send(new CreateAliasCommand({ AliasName: 'alias/cli', TargetKeyId: arn }))
    const made = await dbsnap(['init', '--aws-kms', 'alias/cli'])
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('The recovery key opens the repository') })
    expect(await dbsnap(['key', 'add'], { DBSNAP_AWS_KMS: arn, DBSNAP_NEW_PASSPHRASE: PASSPHRASE })).toMatchObject({
      code: 0,
    })
    const listed = JSON.parse((await dbsnap(['key', 'list', '--json', '--aws-kms', arn])).out)
    expect(listed.map(({ provider, keyId, current }: never) => [provider, keyId, current])).toEqual([
      ['aws-kms', arn, true],
      ['recovery-key', null, false],
      ['passphrase', null, false],
    ])
    const text = await dbsnap(['key', 'list'], { DBSNAP_AWS_KMS: 'alias/cli' })
    expect(text.out).toContain(`aws-kms ${arn} `)

    // Forgotten, and of two variables the one that opens.
    const lost = listed[2].id.slice(0, 8)
    const variables = { DBSNAP_AWS_KMS: arn, DBSNAP_PASSPHRASE: 'forgotten', DBSNAP_NEW_PASSPHRASE: 'a new one' }
    expect(await dbsnap(['key', 'rotate', lost], variables)).toMatchObject({ code: 0 })
    expect(await dbsnap(['list'], { DBSNAP_PASSPHRASE: PASSPHRASE })).toMatchObject({ code: 4 })
    expect(await dbsnap(['list'], { DBSNAP_PASSPHRASE: 'a new one' })).toMatchObject({ code: 0 })
  })

  it('adds one key and rotates it to another', async () => {
    const [first, second] = [await newKey(), await newKey()]
    const withPassphrase = { DBSNAP_PASSPHRASE: PASSPHRASE }
    expect(await dbsnap(['init', '--json'], withPassphrase)).toMatchObject({ code: 0 })
    expect(await dbsnap(['key', 'add', '--new-aws-kms', first, '--label', 'kms'], withPassphrase)).toMatchObject({
      code: 0,
    })
    expect(await dbsnap(['key', 'rotate', 'kms', '--new-aws-kms', second, '--aws-kms', first])).toMatchObject({
      code: 0,
    })
    expect(errorOf(await dbsnap(['list', '--json', '--aws-kms', first]))).toMatchObject({ code: 'WRONG_PASSPHRASE' })
    expect(await dbsnap(['list', '--aws-kms', second])).toMatchObject({ code: 0 })
    for (const more of [['--new-recovery-key'], ['--new-master-key']]) {
      expect(await dbsnap(['key', 'add', '--new-aws-kms', first, ...more], withPassphrase)).toMatchObject({ code: 2 })
    }
  })

  it('says what is wrong with a key, without a secret', async () => {
    const arn = await newKey()
    expect(await dbsnap(['init', '--json', '--aws-kms', arn])).toMatchObject({ code: 0 })
    await client.send(new DisableKeyCommand({ KeyId: arn }))
    const disabled = await dbsnap(['list', '--json', '--aws-kms', arn])
    expect([disabled.code, errorOf(disabled).code]).toEqual([4, 'KEY_UNUSABLE'])
    expect(await dbsnap(['list', '--aws-kms', 'no key'])).toMatchObject({ code: 2 })
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', 'http://127.0.0.1:1')
    const unreachable = await dbsnap(['list', '--json', '--aws-kms', arn])
    vi.stubEnv('AWS_ENDPOINT_URL_KMS', server.endpoint)
    expect([unreachable.code, errorOf(unreachable)]).toMatchObject([4, { code: 'KEY_SERVICE_FAILED', retryable: true }])
    expect(disabled.out + disabled.messages + unreachable.out + unreachable.messages).not.toContain('canary')
  })

  it('is told of by the offline reader, which cannot ask a service, and which the recovery key serves', async () => {
    const out = join(place, 'recovery')
    const arn = await newKey()
    expect(await dbsnap(['init', '--recovery-key-out', out, '--aws-kms', arn])).toMatchObject({ code: 0 })
    const wrong = await readOffline([repository], { DBSNAP_PASSPHRASE: PASSPHRASE })
    expect(wrong).toMatchObject({ code: 2, out: '' })
    expect(wrong.err).toContain(`a key of aws-kms (${arn})`)
    expect(await readOffline([repository, '--recovery-key-file', out], {})).toMatchObject({ code: 0, err: '' })
  })
})

/** Tells on stderr which modules of the SDK are loaded. */
const TELL = `import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) {
  if (name.startsWith('@aws-sdk/client')) process.stderr.write('loads ' + name)
  return next(name, context)
} })`

it('the SDK is loaded for a key of KMS, and for nothing else', async () => {
  const { repository, remove } = await freshPlace()
  try {
    await runDbsnap(['init'], { DBSNAP_REPO: repository, DBSNAP_PASSPHRASE: PASSPHRASE })
    const loads = (variables: NodeJS.ProcessEnv): string => {
      const node = [
        '--conditions=dbsnap:source',
        '--no-warnings',
        '--import',
        `data:text/javascript,${encodeURIComponent(TELL)}`,
      ]
      const env = { ...process.env, DBSNAP_REPO: repository, ...variables }
      return spawnSync(process.execPath, [...node, MAIN, 'list'], { env, encoding: 'utf8' }).stderr
    }
    expect(loads({ DBSNAP_PASSPHRASE: PASSPHRASE })).toBe('')
    // Not even then, where no slot is one of KMS.
    expect(loads({ DBSNAP_AWS_KMS: 'alias/none' })).toMatch(/^error no key slot/)
    const slot = { provider: 'aws-kms', parameters: { keyId: 'arn' }, wrapped: 'AAAA', mac: '0'.repeat(64) }
    const { repository: id } = JSON.parse(await readFile(join(repository, 'config'), 'utf8'))
    await writeFile(join(repository, 'keys', '0'.repeat(32)), JSON.stringify({ format: 1, repository: id, ...slot }))
    expect(loads({ DBSNAP_AWS_KMS: 'alias/none', AWS_REGION: '' })).toContain('loads @aws-sdk/client-kms')
  } finally {
    await remove()
  }
})
