import { deriveFileKey } from '../encryption/repository-keys.ts'
import { type DbSnapError, isDbSnapError } from '../errors/dbsnap-error.ts'
import { UnknownDiffError } from '../errors/unknown-diff-error.ts'
import { damaged } from '../format/format-version.ts'
import {
  type DocumentFile,
  decodeSealedDocument,
  encodeSealedDocument,
  firstPartEnd,
} from '../format/sealed-document-codec.ts'
import { type StoredDiff, type StoredDiffSummary, storedDiffSchema } from '../format/stored-diff.ts'
import { type DiffId, parseDiffId } from '../values/diff-id.ts'
import type { RepositoryContext } from './repository-context.ts'
import { DIFFS_PREFIX, fileId } from './repository-files.ts'
import { isTombstone, notPublished, putRoot, TOMBSTONE_BYTES } from './tombstones.ts'
import { unlessGone } from './unless-gone.ts'

/** A stored diff whose root cannot be read. */
export interface DamagedDiff {
  readonly id: DiffId
  /** `DamagedError` or `NewerFormatError`; names the file. */
  readonly error: DbSnapError
}

export interface DiffListing {
  /** Newest first. */
  readonly diffs: readonly StoredDiffSummary[]
  readonly damaged: readonly DamagedDiff[]
}

/** The stored diffs of a repository. One exists when its root does, and keeps its pages alive. */
export class DiffCatalog {
  readonly #context: RepositoryContext

  constructor(context: RepositoryContext) {
    this.#context = context
  }

  /**
   * Publishes a diff: when this resolves it exists, durably. Its id is its writer's; its pages must have been flushed. Fails with
   * `StoreFailedError` where the writer was declared dead.
   */
  async put(diff: StoredDiff): Promise<void> {
    const file = this.#file(diff.id)
    await putRoot(this.#context, file.name, encodeSealedDocument(file, [diff], this.#context.randomness))
  }

  /** All that can be read, newest first, and those that cannot. */
  async list(): Promise<DiffListing> {
    const diffs: StoredDiffSummary[] = []
    const unreadable: DamagedDiff[] = []
    for (const id of await this.#ids()) {
      try {
        const diff = await unlessGone(this.load(id))
        if (diff === undefined) continue
        const { pages: _, ...summary } = diff
        diffs.push(summary)
      } catch (error) {
        if (!isDbSnapError(error) || (error.code !== 'DAMAGED' && error.code !== 'NEWER_FORMAT')) throw error
        unreadable.push({ id, error })
      }
    }
    const place = ({ time, id }: StoredDiffSummary): string => time + id
    return { diffs: diffs.sort((a, b) => (place(a) < place(b) ? 1 : -1)), damaged: unreadable }
  }

  /** The root of a diff. Fails with `StoreKeyMissingError` where there is none of this id. */
  async load(id: DiffId): Promise<StoredDiff> {
    const file = this.#file(id)
    const bytes = await this.#context.store.get(file.name)
    if (isTombstone(bytes)) throw notPublished(file.name)
    if (firstPartEnd(file, bytes) !== bytes.length) throw damaged(`${file.name} is damaged: its size does not fit`)
    const diff = storedDiffSchema.safeParse(decodeSealedDocument(file, bytes, 0))
    if (!diff.success || diff.data.id !== id) throw damaged(`${file.name} is damaged: it is not this diff`)
    return diff.data
  }

  /** The diff that a name stands for: its id or a unique prefix of it, readable or not. Fails with `UnknownDiffError`. */
  async resolve(name: string): Promise<DiffId> {
    const found = (await this.#ids()).filter((id) => name !== '' && id.startsWith(name))
    if (found[0] !== undefined && found.length === 1) return found[0]
    throw new UnknownDiffError(
      `${found.length === 0 ? 'no stored diff is' : 'several stored diffs are'} named ${name}`,
      {
        hint: 'A stored diff is named by its id, or by digits that no other begins with. Run `dbsnap stored-diff list` to see them all.',
        data: { name },
      },
    )
  }

  /** Takes a diff out of the repository. Its pages stay until a prune. Quiet where it is gone. */
  async remove(id: DiffId): Promise<void> {
    await this.#context.store.delete(DIFFS_PREFIX + id)
  }

  async #ids(): Promise<DiffId[]> {
    const ids: DiffId[] = []
    for await (const { key, size } of this.#context.store.list(DIFFS_PREFIX)) {
      const id = fileId(key)
      if (id !== undefined && size !== TOMBSTONE_BYTES) ids.push(parseDiffId(id))
    }
    return ids
  }

  #file(id: DiffId): DocumentFile {
    const bytes = Buffer.from(id, 'hex')
    const key = deriveFileKey(this.#context.keys.manifest, bytes, 'manifest file')
    return { magic: 'DBSD', key, repositoryId: this.#context.repositoryId, fileId: bytes, name: DIFFS_PREFIX + id }
  }
}
