import { UnknownCollectionError } from '@dbsnap/core/errors'
import type { CollectionChoice } from '@dbsnap/core/ports'
import { chooseByName } from '@dbsnap/core/values'
import type { CollectionFacts } from '../schema/list-collections.ts'
import { isLeftover } from '../schema/temporary-name.ts'

/** What of a database is read. */
export interface Chosen {
  readonly tables: readonly CollectionFacts[]
  readonly views: readonly CollectionFacts[]
  readonly leftovers: readonly string[]
}

/** Applies the choice. Views belong to no collection: they come along whatever is chosen, and only with everything are they restored. */
export function choose(all: readonly CollectionFacts[], choice: CollectionChoice): Chosen {
  const candidates = all.filter(({ name, type }) => type !== 'view' && !isLeftover(name))
  const { chosen, unmatched } = chooseByName(candidates, choice)
  if (unmatched.length > 0) {
    throw new UnknownCollectionError(`no collection is named ${unmatched.join(', ')}`, {
      hint: 'Check the spelling; * and ? are wildcards.',
      data: { unmatched: [...unmatched] },
    })
  }
  return {
    tables: chosen,
    views: all.filter(({ type }) => type === 'view'),
    leftovers: all.filter(({ name }) => isLeftover(name)).map(({ name }) => name),
  }
}
