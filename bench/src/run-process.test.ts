import { expect, test } from 'vitest'
import { runPipeline, runProcess } from './run-process.ts'

test('a pipeline passes on words with spaces and quotes as they are', async () => {
  const { stdout, seconds } = await runPipeline([['printf', '%s|', `a b`, `it's "$HOME"`], ['cat']])
  expect(stdout).toBe(`a b|it's "$HOME"|`)
  expect(seconds).toBeGreaterThan(0)
})

test('a pipeline fails where any of its members fails, with what was said', async () => {
  await expect(runPipeline([['sh', '-c', 'echo no such table >&2; exit 3'], ['cat']])).rejects.toThrow(
    /ended with 3:\nno such table/,
  )
})

test('a missing program fails', async () => {
  await expect(runProcess('no-such-program', [])).rejects.toThrow('ENOENT')
})

test('an abort ends all members of a pipeline', async () => {
  const interrupt = new AbortController()
  const running = runPipeline(
    [
      ['sleep', '60'],
      ['sleep', '61'],
    ],
    { signal: interrupt.signal },
  )
  setTimeout(() => interrupt.abort(new Error('enough')), 100)
  await expect(running).rejects.toThrow('enough')
})
