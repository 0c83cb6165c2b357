import { expect, it } from 'vitest'
import { awsNameOf, awsStatusOf } from './index.ts'

it('a failure of the AWS SDK has a name and a status, and nothing else is looked at', () => {
  const denied = Object.assign(new Error('access key canary'), {
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 400 },
  })
  expect([awsNameOf(denied), awsStatusOf(denied)]).toEqual(['AccessDeniedException', 400])
  const refused = Object.assign(new Error('connect canary:1'), { code: 'ECONNREFUSED', $metadata: { attempts: 3 } })
  expect([awsNameOf(refused), awsStatusOf(refused)]).toEqual(['ECONNREFUSED', undefined])
  for (const strange of [undefined, 'canary', new Error('canary'), { name: 'a canary' }]) {
    expect([awsNameOf(strange), awsStatusOf(strange)]).toEqual(['no answer', undefined])
  }
})
