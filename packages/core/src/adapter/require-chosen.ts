import { UnknownCollectionError } from '../errors/unknown-collection-error.ts'
import { chooseByName } from '../values/name-pattern.ts'

/** What of a snapshot is chosen for an export. Fails with `UnknownCollectionError` where a name or glob fits nothing. */
export function requireChosen<Named extends { readonly name: string; readonly parent?: string }>(
  all: readonly Named[],
  include: readonly string[] = [],
): Named[] {
  const { chosen, unmatched } = chooseByName(all, { include })
  if (unmatched.length === 0) return [...chosen]
  throw new UnknownCollectionError(`nothing is named ${unmatched.join(', ')}`, {
    hint: 'Look at the names with `dbsnap show`; * and ? are wildcards.',
    data: { unmatched: [...unmatched] },
  })
}
