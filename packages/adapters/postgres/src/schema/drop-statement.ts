import type { SchemaObject } from '@dbsnap/core/values'
import { stateOf } from './object-state.ts'

/**
 * The statement that takes the object away, never with `CASCADE`: where something needs it, the server refuses. Undefined where
 * another object's statement does it: the query of a view and the shell of a type go with the view and the type. Of an
 * index that is a part of a parent's, or a constraint inherited from one, the server refuses: the parent's is to be dropped.
 */
export function dropStatement(object: SchemaObject): string | undefined {
  const { drop } = stateOf(object)
  return typeof drop === 'string' ? drop : undefined
}
