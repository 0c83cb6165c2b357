import { UnsupportedServerError } from '@dbsnap/core/errors'
import type { RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import type { ResolvedPostgresOptions } from '../postgres-options.ts'

export async function openRestore(_options: ResolvedPostgresOptions, _request: RestoreRequest): Promise<RestoreSession> {
  throw new UnsupportedServerError('not yet', { hint: '' })
}
