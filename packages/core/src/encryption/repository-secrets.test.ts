import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { seededRandomness } from '../../test/seeded-randomness.ts'
import { createKeyFile, generateRecoveryKey } from '../new-secrets.ts'
import { keyProvidersOf, type RepositorySecrets } from './repository-secrets.ts'

const key = Buffer.alloc(32, 7)
const randomness = seededRandomness('secrets')
const SLOT = { repository: '0'.repeat(32), slot: '1'.repeat(32) }
let place = ''
let keyFile = ''

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'dbsnap-key-file-'))
  keyFile = join(place, 'team.key')
  await createKeyFile(keyFile)
})
afterAll(() => rm(place, { recursive: true }))

async function providerOf(secrets: RepositorySecrets) {
  const [provider, ...more] = await keyProvidersOf(secrets, randomness)
  if (provider === undefined || more.length > 0) throw new Error('not one provider')
  return provider
}

describe('the secrets of a repository', () => {
  it('each open what they wrapped, and nothing else', async () => {
    const kinds: RepositorySecrets[] = [
      { keyFile },
      { masterKey: 'ab'.repeat(32) },
      { masterKey: ` ${Buffer.alloc(32, 1).toString('base64')}\n` },
      { recoveryKey: generateRecoveryKey() },
    ]
    const providers = await Promise.all(kinds.map(providerOf))
    const slots = await Promise.all(providers.map((provider) => provider.wrap(key, SLOT)))
    expect(slots.map(({ provider }) => provider)).toEqual(['key-file', 'master-key', 'master-key', 'recovery-key'])
    for (const [i, provider] of providers.entries()) {
      for (const [j, slot] of slots.entries())
        expect(await provider.unwrap(slot, SLOT)).toEqual(i === j ? key : undefined)
    }
    const [slot] = slots
    if (slot === undefined) throw new Error('none')
    expect(await providers[0]?.unwrap({ ...slot, parameters: {} }, SLOT)).toBeUndefined()
    expect(await providers[0]?.unwrap({ ...slot, wrapped: 'AAAA' }, SLOT)).toBeUndefined()
  })

  it('are tried in the order of their speed', async () => {
    const all = { passphrase: 'x', recoveryKey: generateRecoveryKey(), masterKey: 'ab'.repeat(32), keyFile }
    const provider = await providerOf({ masterKey: 'cd'.repeat(32) })
    const providers = await keyProvidersOf({ ...all, keyProvider: provider }, randomness)
    expect(providers.map(({ provider }) => provider)).toEqual([
      'master-key',
      'key-file',
      'master-key',
      'recovery-key',
      'passphrase',
    ])
  })

  it('that are no master key are refused without being repeated', async () => {
    for (const masterKey of ['canary', 'ab'.repeat(31), '']) {
      const failure = await providerOf({ masterKey }).catch((error) => error)
      expect(failure).toMatchObject({ code: 'USAGE' })
      expect(JSON.stringify(failure)).not.toContain('canary')
    }
  })
})

describe('a key file', () => {
  it('is made for its owner alone, and never over another', async () => {
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
    expect(await readFile(keyFile, 'latin1')).toMatch(/^dbsnap-key-1 [A-Za-z0-9+/]{43}=\n$/)
    const before = await readFile(keyFile)
    await expect(createKeyFile(keyFile)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('EEXIST'),
    })
    expect(await readFile(keyFile)).toEqual(before)
  })

  it('that every user may use is refused; one of a group is not', async () => {
    const shared = join(place, 'shared.key')
    await createKeyFile(shared)
    await chmod(shared, 0o644)
    await expect(providerOf({ keyFile: shared })).rejects.toMatchObject({ code: 'USAGE', hint: /chmod 600/ })
    const platform = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32')
    expect((await providerOf({ keyFile: shared })).provider).toBe('key-file')
    platform.mockRestore()
    await chmod(shared, 0o640)
    expect((await providerOf({ keyFile: shared })).provider).toBe('key-file')
  })

  it('that is none, or not there, is refused without being repeated', async () => {
    const other = join(place, 'other')
    await writeFile(other, 'canary '.repeat(1000), { mode: 0o600 })
    const failures = await Promise.all([
      providerOf({ keyFile: other }).catch((error) => error),
      providerOf({ keyFile: join(place, 'none') }).catch((error) => error),
    ])
    expect(failures).toMatchObject([
      { code: 'USAGE', message: 'this is no key file of DBSnap' },
      { code: 'USAGE', message: 'the key file cannot be read (ENOENT)' },
    ])
    expect(JSON.stringify(failures)).not.toContain('canary')
  })
})
