import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import type { KmsServer } from '@dbsnap/test-servers'

/** What an administrator of keys does at KMS. */
export class KmsKeys {
  readonly #client: KMSClient

  constructor({ endpoint, region, credentials }: KmsServer) {
    this.#client = new KMSClient({ endpoint, region, credentials })
  }

  /** Makes a key, by default a symmetric one; resolves with its ARN. */
  async create(input: CreateKeyCommandInput = {}): Promise<string> {
    const { KeyMetadata } = await this.#client.send(new CreateKeyCommand(input))
    return KeyMetadata?.Arn as string
  }

  async alias(AliasName: string, TargetKeyId: string): Promise<void> {
    await this.#client.send(new CreateAliasCommand({ AliasName, TargetKeyId }))
  }

  async moveAlias(AliasName: string, TargetKeyId: string): Promise<void> {
    await this.#client.send(new UpdateAliasCommand({ AliasName, TargetKeyId }))
  }

  async disable(KeyId: string): Promise<void> {
    await this.#client.send(new DisableKeyCommand({ KeyId }))
  }

  async enable(KeyId: string): Promise<void> {
    await this.#client.send(new EnableKeyCommand({ KeyId }))
  }

  async scheduleDeletion(KeyId: string): Promise<void> {
    await this.#client.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))
  }

  async cancelDeletion(KeyId: string): Promise<void> {
    await this.#client.send(new CancelKeyDeletionCommand({ KeyId }))
  }

  close(): void {
    this.#client.destroy()
  }
}
