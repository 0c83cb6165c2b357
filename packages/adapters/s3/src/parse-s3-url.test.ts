import { describe, expect, it } from 'vitest'
import { isS3Url, parseS3Url, type S3Options } from './index.ts'

describe('the URL of a bucket', () => {
  it.each<[string, S3Options]>([
    ['s3://backups', { bucket: 'backups' }],
    ['s3://backups/', { bucket: 'backups' }],
    ['S3://backups/shop/eu%20west/', { bucket: 'backups', prefix: 'shop/eu west' }],
    [
      's3://b-1/p?endpoint=https://s3.example:9000&region=eu-central-1&path-style=false',
      { bucket: 'b-1', prefix: 'p', endpoint: 'https://s3.example:9000', region: 'eu-central-1', pathStyle: false },
    ],
    ['s3://b-1?parallel-puts=4', { bucket: 'b-1', parallelPuts: 4 }],
    [
      's3://backups?storage-class=STANDARD_IA&sse=aws:kms&sse-kms-key=alias/k',
      { bucket: 'backups', storageClass: 'STANDARD_IA', serverSideEncryption: 'aws:kms', kmsKeyId: 'alias/k' },
    ],
  ])('%s', (url, options) => {
    expect(isS3Url(url)).toBe(true)
    expect(parseS3Url(url)).toEqual(options)
  })

  it.each([
    'https://backups',
    's3://',
    's3://canary:canary@backups',
    's3://backups?canary=1',
    's3://backups?region=',
    's3://backups?path-style=canary',
    's3://backups?parallel-puts=0',
    's3://backups?endpoint=canary',
    's3://backups?endpoint=https://canary:canary@host',
    's3://backups/canary%zz',
    's3://backups?ca=/canary/is/missing.pem',
    's3://backups#canary',
  ])('%s is refused, and not repeated', (url) => {
    const refused = expect(() => parseS3Url(url))
    refused.toThrow(expect.objectContaining({ code: 'INVALID_URL' }))
    refused.not.toThrow('canary')
  })
})
