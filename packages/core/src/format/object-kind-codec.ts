import { OBJECT_KINDS, type ObjectKind } from '../values/object-kind.ts'

const NAMES = new Map<number, ObjectKind>(
  Object.entries(OBJECT_KINDS).map(([name, code]) => [code, name as ObjectKind]),
)

/** The kind of this code, or undefined where none has it. */
export function objectKindOf(code: number): ObjectKind | undefined {
  return NAMES.get(code)
}
