import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type S3Server, s3Unavailable, startFaultProxy, startS3 } from '@dbsnap/test-servers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { errorOf, runDbsnap } from './run-dbsnap.ts'

it('validates a folder, and leaves it empty', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dbsnap-validate-'))
  try {
    const ended = await runDbsnap(['validate-store', '--repo', folder], {})
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('Fit for a repository: all 13 laws hold.') })
    expect(await readdir(folder)).toEqual([])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

describe.skipIf(await s3Unavailable())('on a bucket', () => {
  let server: S3Server
  beforeAll(async () => {
    server = await startS3()
    vi.stubEnv('AWS_ACCESS_KEY_ID', server.credentials.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', server.credentials.secretAccessKey)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await server.stop()
  })

  it('validates it', async () => {
    const proxy = await startFaultProxy(server.endpoint)
    const repo = `s3://${await server.bucket()}/shop?endpoint=${proxy.endpoint}`
    const ended = await runDbsnap(['validate-store', '--json', '--repo', repo], {})
    expect(JSON.parse(ended.out)).toMatchObject({ holds: true, torture: { races: 10, readsOfShared: 80 } })
    expect(ended.code).toBe(0)
    // The cost that docs/cli.md names.
    expect(proxy.counts.requests).toBeLessThan(2000)
    expect(proxy.counts.bytesUp + proxy.counts.bytesDown).toBeLessThan(200e6)
    await proxy.stop()
  }, 180_000) // 14 s alone, 36 s beside four other suites

  it('says why where nothing works, without a secret', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'canary-secret')
    const repo = `s3://${await server.bucket()}/shop?endpoint=${server.endpoint}`
    const ended = await runDbsnap(['validate-store', '--json', '--repo', repo], {})
    expect(ended.code).not.toBe(0)
    expect(errorOf(ended)).toMatchObject({ code: 'STORE_DENIED' })
    expect(ended.out + ended.messages).not.toContain('canary')
  })
})
