import type { IndexedPack } from '../format/index-codec.ts'
import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'

/** Where one copy of an object lies. */
export interface ObjectCopy {
  readonly id: ObjectId
  readonly kind: ObjectKind
  /** 0: whole; else the delta version. */
  readonly version: number
  readonly pack: IndexedPack
  readonly offset: number
  readonly length: number
}

/** Says which copies may be rested on. */
export type CopyFilter = (copy: ObjectCopy) => boolean
