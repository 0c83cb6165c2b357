import { Repository, UsageError } from '@dbsnap/core'
import { isS3Url } from '@dbsnap/s3'
import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, readPassphrase, repositoryPlace, repositoryStore } from '../global-options.ts'

export async function initCommand(
  options: GlobalOptions & { unencrypted?: boolean },
  console: Console,
): Promise<number> {
  const store = repositoryStore(options, console)
  const given = repositoryPlace(options, console)
  // Of a bucket its label: the URL has settings in it.
  const place = isS3Url(given) ? store.label : given
  const passphrase = await readPassphrase(options, console)
  if (passphrase === undefined && options.unencrypted !== true) {
    throw new UsageError('a new repository needs a passphrase', {
      hint: 'Set DBSNAP_PASSPHRASE or give --passphrase-file; --unencrypted if everybody who has the folder may read the data.',
    })
  }
  const repository = await Repository.create(
    store,
    options.unencrypted === true ? { unencrypted: true } : { passphrase: passphrase as string },
  )
  await repository.close()
  if (options.json)
    await console.out(`${JSON.stringify({ repository: place, encrypted: options.unencrypted !== true })}\n`)
  else {
    await console.out(`Made a repository in ${place}.\n`)
    if (options.unencrypted !== true)
      console.message('Keep the passphrase safe: without it nobody can read the snapshots.\n')
  }
  return EXIT.done
}
