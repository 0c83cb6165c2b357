import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_ARGON2ID, folder, hasArgon2, PassphraseKeyProvider, Repository } from '@dbsnap/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PASSPHRASE, readOffline } from './offline-reader.ts'

let root = ''

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'dbsnap-argon2-'))
})
afterAll(() => rm(root, { recursive: true }))

/** As Node before 24.7. */
const WITHOUT_ARGON2 = `import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
delete crypto.argon2Sync
syncBuiltinESMExports()`

// The product needs the same Node to make such a slot.
describe.runIf(hasArgon2())('the offline reader and a passphrase stretched by argon2id', () => {
  const secrets = { DBSNAP_PASSPHRASE: PASSPHRASE }
  let slot = ''

  beforeAll(async () => {
    const parameters = { ...DEFAULT_ARGON2ID, memoryKiB: 8192 }
    const keyProvider = new PassphraseKeyProvider(PASSPHRASE, { randomness: { bytes: randomBytes }, parameters })
    const repository = await Repository.create(folder(root), { keyProvider })
    await repository.close()
    const [name] = await readdir(join(root, 'keys'))
    slot = join(root, 'keys', name as string)
  })

  it('opens what the product has locked, and nothing else', async () => {
    expect(JSON.parse(await readFile(slot, 'utf8')).parameters).toMatchObject({
      algorithm: 'argon2id',
      memoryKiB: 8192,
    })
    expect(await readOffline([root], secrets)).toEqual({ code: 0, out: '', err: '' })
    const wrong = await readOffline([root], { DBSNAP_PASSPHRASE: `${PASSPHRASE}!` })
    expect(wrong).toMatchObject({ code: 2, out: '', err: expect.stringContaining('no key slot opens') })
  })

  it('says which Node it needs', async () => {
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(WITHOUT_ARGON2)}`
    const ended = await readOffline([root], { ...secrets, NODE_OPTIONS })
    expect(ended).toEqual({ code: 2, out: '', err: 'argon2id needs Node.js 24.7 or later\n' })
  })

  it('does no work that a made-up slot asks for', async () => {
    const before = await readFile(slot, 'utf8')
    const made = JSON.parse(before)
    for (const change of [{ memoryKiB: 2 ** 21 }, { passes: 17 }, { lanes: 17 }]) {
      await writeFile(slot, JSON.stringify({ ...made, parameters: { ...made.parameters, ...change } }))
      expect(await readOffline([root], secrets)).toMatchObject({ code: 2, err: expect.stringContaining('no key slot') })
    }
    await writeFile(slot, before)
  })
})
