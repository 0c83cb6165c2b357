import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { BAD_RELEASE } from './bad-release.ts'
import { runDemo } from './run-demo.ts'
import { serverUser, temporaryFolder } from './servers/server-user.ts'

test('the story is true: the diff finds the bad release, the restore undoes it, the second snapshot is small', async () => {
  let told = ''
  const outcome = await runDemo({ write: (text) => (told += text), colours: false, scale: 0.2 })
  expect(outcome.firstDiff).toEqual({
    added: 0,
    removed: 1 + BAD_RELEASE.linesDeleted,
    changed: BAD_RELEASE.pricesChanged,
    schema: 1,
  })
  expect(outcome.lastDiff).toEqual({ added: 0, removed: 0, changed: 0, schema: 0 })
  expect(outcome.secondBytes).toBeLessThan(outcome.firstBytes * 0.05)
  expect(told).toMatch(/~ public\.products id 1 {2}price (\d+\.\d\d) → \d+\.\d\d/)
  expect(told).toContain(`- public.orders id ${BAD_RELEASE.orderDeleted}`)
  expect(told).toContain(`- index public.${BAD_RELEASE.indexDropped}`)
  expect(told).toContain('✔ no difference')
})

test('when it is interrupted it cleans up', async () => {
  // A temporary folder of its own: other tests tell the story at the same time.
  const place = await mkdtemp(join(await temporaryFolder(await serverUser()), 'dbsnap-interrupted-'))
  await chmod(place, 0o711) // the server's user passes through
  vi.stubEnv('TMPDIR', place)
  const interruption = new AbortController()
  const write = (text: string): void => {
    if (text.includes('Take a snapshot')) interruption.abort()
  }
  try {
    await expect(runDemo({ write, colours: false, scale: 0.1, signal: interruption.signal })).rejects.toThrow()
    expect(interruption.signal.aborted).toBe(true) // else it failed before there was anything to interrupt
    expect(await readdir(place)).toEqual([])
  } finally {
    vi.unstubAllEnvs()
    await rm(place, { recursive: true })
  }
})
