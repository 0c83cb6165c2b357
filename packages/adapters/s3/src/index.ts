export { isS3Url, parseS3Url } from './parse-s3-url.ts'
export type { S3Credentials, S3Options } from './s3-options.ts'
export { s3 } from './s3-store.ts'
