import { describeObjectStore } from '@dbsnap/adapter-test-kit/vitest'
import { s3Unavailable } from '@dbsnap/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { faultyFixture, ignorantClient, s3Fixture, stopS3Server } from './s3-fixture.ts'

afterAll(stopS3Server)

const fired = { 'slow-down': 0, 'lost-reply': 0, 'cut-body': 0, delay: 0, 'no-conditions': 0 }

/** Adds up what came about, law by law. */
async function counted(rules: Parameters<typeof faultyFixture>[0]) {
  const fixture = await faultyFixture(rules)
  const dispose = async (): Promise<void> => {
    for (const [fault, times] of Object.entries(fixture.proxy.fired)) fired[fault as keyof typeof fired] += times
    await fixture.dispose()
  }
  return { ...fixture, dispose }
}

describe.skipIf(await s3Unavailable())('versitygw', () => {
  describeObjectStore('s3()', () => s3Fixture())
  describeObjectStore('s3(), uploading in parts', () => s3Fixture({ multipartBytes: 1 }))
  describeObjectStore('s3() where conditions are ignored', async () => s3Fixture({ client: await ignorantClient() }))
  describeObjectStore('s3() where conditions are refused', () => counted([{ fault: 'no-conditions', every: 1 }]))
  describeObjectStore('s3() on a bad network', () =>
    counted([
      { fault: 'lost-reply', every: 17 },
      { fault: 'cut-body', every: 3 },
      { fault: 'slow-down', every: 41 },
      { fault: 'delay', every: 37 },
    ]),
  )
  it('has met every fault', () => {
    for (const [fault, times] of Object.entries(fired)) expect(times, fault).toBeGreaterThan(0)
  })
})
