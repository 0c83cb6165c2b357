import { createHmac, type KeyObject } from 'node:crypto'
import * as z from 'zod'
import type { CompressionSettings } from '../compression/compression-settings.ts'
import { NotARepositoryError } from '../errors/not-a-repository-error.ts'
import { damaged, FORMAT_VERSION, requireKnownVersion } from './format-version.ts'

/** What `config` says about a repository. */
export interface RepositoryConfig {
  /** 32 lower-case hex digits. */
  readonly repository: string
  readonly encryption: 'aes-256-gcm' | 'none'
  readonly compression: CompressionSettings
}

const configSchema = z.strictObject({
  dbsnap: z.literal('repository'),
  format: z.literal(FORMAT_VERSION),
  repository: z.string().regex(/^[0-9a-f]{32}$/),
  encryption: z.enum(['aes-256-gcm', 'none']),
  compression: z.strictObject({ algorithm: z.enum(['zstd', 'gzip', 'none']), level: z.int().min(0).max(22) }),
  mac: z.string().regex(/^[0-9a-f]{64}$/),
})

export function encodeConfig(config: RepositoryConfig, configKey: KeyObject): Buffer {
  return Buffer.from(`${JSON.stringify({ ...unsigned(config), mac: configMac(config, configKey) })}\n`, 'utf8')
}

/** What a config says, not yet believed: `mac` has to be compared with `configMac` once the key is known. */
export function decodeConfig(bytes: Buffer, place: string): RepositoryConfig & { readonly mac: string } {
  const text = bytes.toString('utf8')
  // Other programs keep files of this name too (git for one): theirs are no damage.
  if (text.length > 0 && !text.startsWith('{')) throw notOurs(place)
  const json = parse(text)
  if (json !== undefined && json.dbsnap !== 'repository') throw notOurs(place)
  if (typeof json?.format === 'number') requireKnownVersion(json.format, `the repository in ${place}`)
  const parsed = configSchema.safeParse(json)
  if (!parsed.success) throw damaged(`config in ${place} is damaged`)
  const { repository, encryption, compression, mac } = parsed.data
  const config = { repository, encryption, compression }
  if (`${JSON.stringify({ ...unsigned(config), mac })}\n` !== text) throw damaged(`config in ${place} is damaged`)
  return { ...config, mac }
}

/** Hex. */
export function configMac(config: RepositoryConfig, configKey: KeyObject): string {
  return createHmac('sha256', configKey)
    .update(JSON.stringify(unsigned(config)))
    .digest('hex')
}

/** The fields in the order in which they are written. */
function unsigned({ repository, encryption, compression: { algorithm, level } }: RepositoryConfig): object {
  return { dbsnap: 'repository', format: FORMAT_VERSION, repository, encryption, compression: { algorithm, level } }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function notOurs(place: string): NotARepositoryError {
  return new NotARepositoryError(`${place} has a file named config that is not of a DBSnap repository`, {
    hint: 'Check the path. A new repository is made with `dbsnap init`, in an empty place.',
  })
}
