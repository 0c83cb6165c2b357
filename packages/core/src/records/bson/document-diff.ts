import type { Json } from '../../values/json.ts'
import { arrayEdits } from './array-edits.ts'
import { BSON_TYPE } from './bson-type.ts'
import { type BsonField, type BsonValue, fieldsOf, isSameValue } from './document-fields.ts'
import { shownBson } from './extended-json.ts'

/** One field of a document that differs, by its path. */
export interface FieldChange {
  /**
   * Names and positions joined by dots: `address.city`, `items.2.quantity`. The position of what was removed is that
   * before, of everything else that after.
   */
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Canonical extended JSON; absent where it was added. */
  readonly before?: Json
  /** Absent where it was removed. */
  readonly after?: Json
}

/** What differs between two documents, in the order of the fields; types are told apart, the order of fields is not. */
export function documentChanges(left: Buffer, right: Buffer): FieldChange[] {
  const walk = new DiffWalk()
  walk.document(root(left), root(right), '')
  return walk.changes
}

/** Paths, sorted, at which two documents differ. None: at most in the order of their fields. */
export function changedPaths(left: Buffer, right: Buffer): string[] {
  return [...new Set(documentChanges(left, right).map(({ path }) => path))].sort()
}

/** Paths of the documents within two documents (`''`: they themselves) whose common fields stand in another order. */
export function reorderedPaths(left: Buffer, right: Buffer): string[] {
  const walk = new DiffWalk()
  walk.document(root(left), root(right), '')
  return [...walk.reordered].sort()
}

/** A whole document as a value. */
export function root(bytes: Buffer): BsonValue {
  return { bytes, type: BSON_TYPE.document, start: 0, end: bytes.length }
}

class DiffWalk {
  readonly changes: FieldChange[] = []
  readonly reordered = new Set<string>()

  document(left: BsonValue, right: BsonValue, path: string): void {
    const [before, after] = [fieldsOf(left.bytes, left.start), fieldsOf(right.bytes, right.start)]
    const byName = new Map(after.map((field, place) => [field.name, { field, place }]))
    let last = -1
    for (const field of before) {
      const other = byName.get(field.name)
      byName.delete(field.name)
      if (other === undefined) {
        this.#removed(field, join(path, field.name))
        continue
      }
      if (other.place < last) this.reordered.add(path)
      last = Math.max(last, other.place)
      this.#both(field, other.field, join(path, field.name))
    }
    for (const { field } of byName.values()) this.#added(field, join(path, field.name))
  }

  #both(left: BsonValue, right: BsonValue, path: string): void {
    if (left.type === right.type && left.type === BSON_TYPE.document) this.document(left, right, path)
    else if (left.type === right.type && left.type === BSON_TYPE.array) this.#array(left, right, path)
    else if (!isSameValue(left, right)) {
      this.changes.push({ path, kind: 'changed', before: shown(left), after: shown(right) })
    }
  }

  #array(left: BsonValue, right: BsonValue, path: string): void {
    const [before, after] = [fieldsOf(left.bytes, left.start), fieldsOf(right.bytes, right.start)]
    for (const edit of arrayEdits(before, after)) {
      if (edit.kind === 'removed') this.#removed(before[edit.left] as BsonField, join(path, String(edit.left)))
      else {
        const element = after[edit.right] as BsonField
        const place = join(path, String(edit.right))
        if (edit.kind === 'added') this.#added(element, place)
        else this.#both(before[edit.left] as BsonField, element, place)
      }
    }
    // Equal but for the order of fields within: only positions that both have tell of it.
    if (before.length === after.length) {
      for (const [i, element] of before.entries())
        this.#orderWithin(element, after[i] as BsonField, join(path, String(i)))
    }
  }

  #orderWithin(left: BsonValue, right: BsonValue, path: string): void {
    if (!isSameValue(left, right)) return
    const within = new DiffWalk()
    within.#both(left, right, path)
    for (const place of within.reordered) this.reordered.add(place)
  }

  #removed(value: BsonValue, path: string): void {
    this.changes.push({ path, kind: 'removed', before: shown(value) })
  }

  #added(value: BsonValue, path: string): void {
    this.changes.push({ path, kind: 'added', after: shown(value) })
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function shown({ bytes, type, start, end }: BsonValue): Json {
  return shownBson(bytes, type, start, end)
}
