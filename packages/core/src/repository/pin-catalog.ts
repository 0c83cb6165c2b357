import * as z from 'zod'
import { deriveFileKey } from '../encryption/repository-keys.ts'
import { isDbSnapError } from '../errors/dbsnap-error.ts'
import { StoreFailedError } from '../errors/store-failed-error.ts'
import { UnknownSnapshotError } from '../errors/unknown-snapshot-error.ts'
import { damaged } from '../format/format-version.ts'
import {
  type DocumentFile,
  decodeSealedDocument,
  encodeSealedDocument,
  firstPartEnd,
} from '../format/sealed-document-codec.ts'
import { parseSnapshotId, type SnapshotId } from '../values/snapshot-id.ts'
import type { RepositoryContext } from './repository-context.ts'
import { FILE_ID_BYTES, PINS_PREFIX, snapshotFile } from './repository-files.ts'
import { listWriters } from './writer-list.ts'

/** What keeps a snapshot from being forgotten. */
export interface Pin {
  readonly snapshot: SnapshotId
  /** When it was pinned: ISO 8601, UTC. Absent where the pin cannot be read. */
  readonly pinned?: string
  /** What a person said why. */
  readonly reason?: string
  /** When it ends by itself: ISO 8601, UTC, by the clock of whoever looks. Absent: never. */
  readonly until?: string
  /** False: its file is damaged or newer than this DBSnap. It pins the snapshot all the same, for good. */
  readonly readable: boolean
}

const PIN = /^pins\/([0-9a-f]{32})-([0-9a-f]{32})$/

/** One file of `pins/`, by what its name says. */
interface PinFile {
  readonly name: string
  readonly snapshot: SnapshotId
  readonly id: Buffer
}

const pinSchema = z.strictObject({
  snapshot: z.string(),
  pinned: z.iso.datetime(),
  reason: z.string().exactOptional(),
  until: z.iso.datetime().exactOptional(),
})

/** The pins of a repository. Which snapshot a file pins, its name says: one that cannot be read pins it too. */
export class PinCatalog {
  readonly #context: RepositoryContext

  constructor(context: RepositoryContext) {
    this.#context = context
  }

  /** Pins in force, of all snapshots or of one, by snapshot, newest first. What has ended is not among them. */
  async list(snapshot?: SnapshotId): Promise<Pin[]> {
    const now = this.#context.clock.now().toISOString()
    const pins: Pin[] = []
    for (const file of await this.#files(snapshot)) {
      const pin = await this.#read(file)
      if (pin !== undefined && (pin.until === undefined || pin.until > now)) pins.push(pin)
    }
    const place = (pin: Pin): string => pin.snapshot + (pin.pinned ?? '~')
    return pins.sort((a, b) => (place(a) < place(b) ? 1 : -1))
  }

  /**
   * Pins a snapshot, in place of an earlier pin. Fails with `UnknownSnapshotError` where it was forgotten meanwhile, and with
   * `StoreFailedError` while a `forget` is at work; when this resolves none takes it any more.
   */
  async put(snapshot: SnapshotId, facts: Pick<Pin, 'reason' | 'until'>): Promise<Pin> {
    const { store, clock, randomness } = this.#context
    const earlier = await this.#files(snapshot)
    const file = pinFile(snapshot, randomness.bytes(FILE_ID_BYTES))
    const pin = { snapshot, pinned: clock.now().toISOString(), ...facts }
    await store.put(file.name, encodeSealedDocument(this.#sealed(file), [pin], randomness), { exclusive: true })
    if (await this.#isForgetting(file.name)) {
      await store.delete(file.name)
      throw new StoreFailedError(`snapshots of ${store.label} are being forgotten`, {
        hint: 'Try again when that has ended. `dbsnap unlock` shows who is at work.',
      })
    }
    if ((await store.stat(snapshotFile(snapshot))) === undefined) {
      await store.delete(file.name)
      throw new UnknownSnapshotError(`snapshot ${snapshot.slice(0, 8)} was forgotten meanwhile`, {
        hint: 'Run `dbsnap list` to see those that are left.',
        data: { name: snapshot },
      })
    }
    for (const { name } of earlier) await store.delete(name)
    return { ...pin, readable: true }
  }

  /** Takes all pins of a snapshot away, readable or not. Resolves with whether there was one, in force or not. */
  async remove(snapshot: SnapshotId): Promise<boolean> {
    const files = await this.#files(snapshot)
    for (const { name } of files) await this.#context.store.delete(name)
    return files.length > 0
  }

  /** Whether a `forget` is at work that may have looked for pins before this one was there. */
  async #isForgetting(pin: string): Promise<boolean> {
    const now = (await this.#context.store.stat(pin))?.modified ?? this.#context.clock.now()
    const writers = await listWriters(this.#context, now)
    return writers.some(({ operation, expired }) => (operation ?? 'forget') === 'forget' && !expired)
  }

  async #files(snapshot: SnapshotId | undefined): Promise<PinFile[]> {
    const files: PinFile[] = []
    const prefix = snapshot === undefined ? PINS_PREFIX : `${PINS_PREFIX}${snapshot}-`
    for await (const { key } of this.#context.store.list(prefix)) {
      const [, pinned, id] = PIN.exec(key) ?? []
      if (pinned !== undefined && id !== undefined) files.push(pinFile(parseSnapshotId(pinned), Buffer.from(id, 'hex')))
    }
    return files
  }

  /** undefined where it was taken away while we listed. */
  async #read(file: PinFile): Promise<Pin | undefined> {
    const { name, snapshot } = file
    try {
      const sealed = this.#sealed(file)
      const bytes = await this.#context.store.get(name)
      if (firstPartEnd(sealed, bytes) !== bytes.length) throw damaged(`${name} is damaged: its size does not fit`)
      const pin = pinSchema.safeParse(decodeSealedDocument(sealed, bytes, 0))
      if (!pin.success || pin.data.snapshot !== snapshot) throw damaged(`${name} is damaged: it is not this pin`)
      return { ...pin.data, snapshot, readable: true }
    } catch (error) {
      if (!isDbSnapError(error)) throw error
      if (error.code === 'STORE_KEY_MISSING') return undefined
      if (error.code !== 'DAMAGED' && error.code !== 'NEWER_FORMAT') throw error
      return { snapshot, readable: false }
    }
  }

  #sealed({ name, id }: PinFile): DocumentFile {
    const { keys, repositoryId } = this.#context
    const key = deriveFileKey(keys.manifest, id, 'manifest file')
    return { magic: 'DBSH', key, repositoryId, fileId: id, name }
  }
}

function pinFile(snapshot: SnapshotId, id: Buffer): PinFile {
  return { name: `${PINS_PREFIX}${snapshot}-${id.toString('hex')}`, snapshot, id }
}
