export { awsKms } from './aws-kms-key-provider.ts'
export type { AwsKmsOptions } from './aws-kms-options.ts'
