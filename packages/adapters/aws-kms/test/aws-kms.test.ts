import { memory, Repository } from '@dbsnap/core'
import type { ObjectStore } from '@dbsnap/core/ports'
import { type KmsServer, kmsUnavailable, startKms, startRefusingServer } from '@dbsnap/test-servers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type AwsKmsOptions, awsKms } from '../src/index.ts'
import { KmsKeys } from './kms-keys.ts'

const PASSPHRASE = 'a passphrase to be forgotten'
const SECRET = 'canary-secret-access-key'
const CREDENTIALS = { accessKeyId: 'canary-access-key', secretAccessKey: SECRET }
const SLOT = { repository: '0'.repeat(32), slot: '1'.repeat(32) }
const REPOSITORY_KEY = Buffer.alloc(32, 7)

async function slotFiles(store: ObjectStore): Promise<string[]> {
  const files: string[] = []
  for await (const { key } of store.list('keys/')) files.push(key)
  return files
}

describe.skipIf(await kmsUnavailable())('a repository with a key of KMS', () => {
  let server: KmsServer
  let keys: KmsKeys
  beforeAll(async () => {
    server = await startKms()
    keys = new KmsKeys(server)
  })
  afterAll(async () => {
    keys.close()
    await server.stop()
  })

  /** A key provider for a key of the server. */
  const kms = (keyId: string, options: Partial<AwsKmsOptions> = {}) =>
    awsKms({ keyId, region: server.region, endpoint: server.endpoint, credentials: CREDENTIALS, ...options })

  it('opens with it, by ARN, id and alias, and with no other', async () => {
    const store = memory()
    const arn = await keys.create()
    const other = await keys.create()
    await keys.alias('alias/backups', arn)
    const { keys: slots } = await Repository.create(store, { keyProvider: kms('alias/backups') })
    expect(await slots.list()).toMatchObject([{ provider: 'aws-kms', keyId: arn, state: 'sound', weak: false }])
    const prefix = arn.slice(0, arn.indexOf(':key/'))
    for (const name of [arn, arn.split('/')[1] as string, 'alias/backups', `${prefix}:alias/backups`]) {
      const opened = await Repository.open(store, { keyProvider: kms(name) })
      expect(opened.encrypted, name).toBe(true)
    }
    // The region of an ARN is that of the key.
    await Repository.open(store, {
      keyProvider: awsKms({ keyId: arn, endpoint: server.endpoint, credentials: CREDENTIALS }),
    })
    await expect(Repository.open(store, { keyProvider: kms(other) })).rejects.toMatchObject({
      code: 'WRONG_PASSPHRASE',
      message: expect.stringContaining('opens with this key of aws-kms'),
    })
    await keys.alias('alias/other', other)
    await expect(Repository.open(store, { keyProvider: kms('alias/other') })).rejects.toMatchObject({
      code: 'WRONG_PASSPHRASE',
    })
    await expect(Repository.open(store, { passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  })

  it('is not asked about slots of another key, so that each costs nothing', async () => {
    const slot = await kms(await keys.create()).wrap(REPOSITORY_KEY, SLOT)
    const unreachable = kms(await keys.create(), { endpoint: 'http://127.0.0.1:1' })
    expect(await unreachable.unwrap(slot, SLOT)).toBeUndefined()
    expect(await unreachable.unwrap({ ...slot, provider: 'passphrase' }, SLOT)).toBeUndefined()
  })

  it('binds what it wraps to the repository and to the slot', async () => {
    const arn = await keys.create()
    const provider = kms(arn)
    const slot = await provider.wrap(REPOSITORY_KEY, SLOT)
    expect(slot).toMatchObject({ provider: 'aws-kms', parameters: { keyId: arn } })
    expect(await provider.unwrap(slot, SLOT)).toEqual(REPOSITORY_KEY)
    for (const place of [
      { ...SLOT, repository: 'f'.repeat(32) },
      { ...SLOT, slot: 'f'.repeat(32) },
    ]) {
      expect(await provider.unwrap(slot, place)).toBeUndefined()
    }

    // The slot of one repository, made to look as if it were another's.
    const [store, thief] = [memory(), memory()]
    await Repository.create(store, { keyProvider: provider })
    await Repository.create(thief, { passphrase: PASSPHRASE })
    const [file] = await slotFiles(store)
    const [foreign] = await slotFiles(thief)
    const { repository } = JSON.parse((await thief.get(foreign as string)).toString())
    const stolen = { ...JSON.parse((await store.get(file as string)).toString()), repository }
    await thief.put(file as string, [Buffer.from(JSON.stringify(stolen))])
    await expect(Repository.open(thief, { keyProvider: provider })).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
  })

  it('does not open a slot whose bytes are others', async () => {
    const arn = await keys.create()
    const slot = await kms(arn).wrap(REPOSITORY_KEY, SLOT)
    const bytes = Buffer.from(slot.wrapped, 'base64')
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1)
    for (const wrapped of [bytes, Buffer.alloc(0), Buffer.alloc(7000), Buffer.from('nothing')]) {
      expect(await kms(arn).unwrap({ ...slot, wrapped: wrapped.toString('base64') }, SLOT)).toBeUndefined()
    }
    expect(await kms(arn).unwrap({ ...slot, parameters: {} }, SLOT)).toBeUndefined()
  })

  it('loses nothing when the passphrase is forgotten, and can be rotated and removed', async () => {
    const store = memory()
    const [first, second] = [await keys.create(), await keys.create()]
    const made = await Repository.create(store, { passphrase: PASSPHRASE })
    await made.keys.add({ keyProvider: kms(first), label: 'kms' })

    // Forgotten: opened by KMS alone, the passphrase's slot gets another.
    const opened = await Repository.open(store, { keyProvider: kms(first) })
    const lost = (await opened.keys.list()).find(({ provider }) => provider === 'passphrase')?.id
    await opened.keys.rotate(lost, { passphrase: 'a new one' })
    await expect(Repository.open(store, { passphrase: PASSPHRASE })).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })

    // Rotated: wrapped anew by another key.
    await opened.keys.rotate('kms', { keyProvider: kms(second) })
    expect((await opened.keys.list()).map(({ label, keyId }) => [label, keyId])).toContainEqual(['kms', second])
    await expect(Repository.open(store, { keyProvider: kms(first) })).rejects.toMatchObject({
      code: 'WRONG_PASSPHRASE',
    })

    // Removed, and as the last one only for the word.
    const again = await Repository.open(store, { keyProvider: kms(second) })
    await again.keys.remove('kms')
    await expect(Repository.open(store, { keyProvider: kms(second) })).rejects.toMatchObject({
      code: 'WRONG_PASSPHRASE',
    })
    await Repository.open(store, { passphrase: 'a new one' })
  })

  it('as an alias that has moved to a new key opens what the old one wrapped no more: the old name does', async () => {
    const store = memory()
    const [old, young] = [await keys.create(), await keys.create()]
    await keys.alias('alias/moving', old)
    await Repository.create(store, { keyProvider: kms('alias/moving') })
    await keys.moveAlias('alias/moving', young)
    await expect(Repository.open(store, { keyProvider: kms('alias/moving') })).rejects.toMatchObject({
      code: 'WRONG_PASSPHRASE',
    })
    const opened = await Repository.open(store, { keyProvider: kms(old) })
    await opened.keys.rotate(undefined, { keyProvider: kms('alias/moving') })
    await Repository.open(store, { keyProvider: kms('alias/moving') })
  })

  it('that is disabled or being deleted says so, and another secret opens the repository meanwhile', async () => {
    const store = memory()
    const arn = await keys.create()
    await Repository.create(store, { keyProvider: kms(arn), passphrase: PASSPHRASE })
    const open = () => Repository.open(store, { keyProvider: kms(arn) })
    await keys.disable(arn)
    await expect(open()).rejects.toMatchObject({ code: 'KEY_UNUSABLE', retryable: false, data: { keyId: arn } })
    await Repository.open(store, { keyProvider: kms(arn), passphrase: PASSPHRASE })
    await keys.enable(arn)
    await open()
    await keys.scheduleDeletion(arn)
    await expect(open()).rejects.toMatchObject({
      code: 'KEY_UNUSABLE',
      hint: expect.stringContaining('cancel that now'),
    })
    await Repository.open(store, { keyProvider: kms(arn), passphrase: PASSPHRASE })
    await keys.cancelDeletion(arn)
    await keys.enable(arn)
    await open()
  })

  it('that is not there or of the wrong kind is not taken, and no repository is made', async () => {
    const signing = await keys.create({ KeyUsage: 'SIGN_VERIFY', KeySpec: 'ECC_NIST_P256' })
    const store = memory()
    for (const keyId of [signing, 'alias/nobody', '00000000-0000-4000-8000-000000000000']) {
      await expect(Repository.create(store, { keyProvider: kms(keyId) })).rejects.toMatchObject({
        code: 'KEY_UNUSABLE',
      })
    }
    expect(await store.stat('config')).toBeUndefined()
    expect(await slotFiles(store)).toEqual([])
  })
})

describe('a key of KMS that nobody can ask', () => {
  const NAME = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-4000-8000-000000000000'
  const slot = { provider: 'aws-kms', parameters: { keyId: NAME }, wrapped: 'AAAA' }

  it.each([
    ['AccessDeniedException', 'KEY_SERVICE_DENIED', 1],
    ['UnrecognizedClientException', 'KEY_SERVICE_DENIED', 1],
    ['ExpiredTokenException', 'KEY_SERVICE_DENIED', 1],
    ['NotFoundException', 'KEY_UNUSABLE', 1],
    ['InvalidKeyUsageException', 'KEY_UNUSABLE', 1],
    ['ThrottlingException', 'KEY_SERVICE_FAILED', 3],
    ['KMSInternalException', 'KEY_SERVICE_FAILED', 1],
  ])('%s is %s, after so many requests', async (refusal, code, requests) => {
    const server = await startRefusingServer(refusal)
    try {
      const provider = awsKms({ keyId: NAME, endpoint: server.endpoint, credentials: CREDENTIALS, maxAttempts: 3 })
      for (const call of [() => provider.unwrap(slot, SLOT), () => provider.wrap(REPOSITORY_KEY, SLOT)]) {
        const before = server.requests
        const failure = await call().then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(failure).toMatchObject({ code, hint: expect.any(String), data: { keyId: NAME, error: refusal } })
        expect(server.requests - before).toBe(requests)
        const said = JSON.stringify(failure) + String(failure) + JSON.stringify((failure as Error).cause)
        expect(said).not.toMatch(/canary/)
      }
      server.refusal = 'IncorrectKeyException'
      expect(await provider.unwrap(slot, SLOT)).toBeUndefined()
    } finally {
      await server.stop()
    }
  })

  it('does not answer', async () => {
    const provider = awsKms({ keyId: NAME, endpoint: 'http://127.0.0.1:1', credentials: CREDENTIALS, maxAttempts: 2 })
    await expect(provider.unwrap(slot, SLOT)).rejects.toMatchObject({
      code: 'KEY_SERVICE_FAILED',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })

  it('has no credentials or no region', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
    try {
      await expect(awsKms(NAME).unwrap(slot, SLOT)).rejects.toMatchObject({
        code: 'KEY_SERVICE_DENIED',
        hint: expect.stringContaining('AWS_PROFILE'),
      })
      await expect(awsKms('alias/backups').unwrap(slot, SLOT)).rejects.toMatchObject({
        code: 'USAGE',
        hint: expect.stringContaining('AWS_REGION'),
      })
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('has a name that none can have', () => {
    for (const name of ['', 'alias/', 'arn:aws:s3:::bucket', 'a key', `${NAME}\n`]) {
      expect(() => awsKms(name), name).toThrow(expect.objectContaining({ code: 'USAGE' }))
    }
    for (const name of [NAME, NAME.replace('arn:aws:', 'arn:aws-us-gov:'), 'mrk-1234abcd', 'alias/a/b']) {
      expect(awsKms({ keyId: name }).provider).toBe('aws-kms')
    }
  })
})
