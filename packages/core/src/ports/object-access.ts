import type { ObjectId } from '../values/object-id.ts'
import type { ObjectKind } from '../values/object-kind.ts'

/** Reads objects by id. Trees meet the repository here and nowhere else. */
export interface ObjectReader {
  /**
   * The plaintext of an object, decrypted and authenticated against its id and kind.
   * Fails with `ObjectMissingError` or `DamagedError`. The buffer and the memory behind it are the caller's own.
   */
  read(kind: ObjectKind, id: ObjectId): Promise<Buffer>
}

/** Writes objects. Owned by one operation; not shared. */
export interface ObjectWriter extends ObjectReader {
  /** The id that content has. Pure and synchronous. */
  identify(plaintext: Uint8Array): ObjectId

  /**
   * Takes one object for storing unless it is known already. Resolves when there is room for more, not when it is
   * durable. `plaintext` is the writer's from here on: a buffer that is no view of a larger one is freed once it is stored. `base` names an object of the same kind that it probably
   * resembles (the one at its place in the previous snapshot): it may then be stored as a delta.
   * A failure to store shows at a later `store` or at `flush`.
   */
  store(kind: ObjectKind, id: ObjectId, plaintext: Buffer, base?: ObjectId): Promise<void>

  /**
   * Like `store`, for an object that the previous snapshot holds at this very place: nobody is asked whether it is
   * stored, unless something in the repository is known to be missing or damaged.
   */
  keep(kind: ObjectKind, id: ObjectId, plaintext: Buffer): Promise<void>

  /** Resolves when the plaintexts of all that was taken are used no longer: what they are views of may be given back. */
  settled(): Promise<void>

  /** Resolves when all that was taken is durable and listed in a durable index. */
  flush(): Promise<void>
}
