import { UsageError } from '@dbsnap/core/errors'
import type { RestoreRequest, RestoreSession } from '@dbsnap/core/ports'
import type { ResolvedMysqlOptions } from '../mysql-options.ts'

export function openRestore(_options: ResolvedMysqlOptions, _request: RestoreRequest): Promise<RestoreSession> {
  throw new UsageError('not yet', { hint: 'Later.' })
}
