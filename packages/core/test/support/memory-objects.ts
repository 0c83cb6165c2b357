import { createHmac } from 'node:crypto'
import { ObjectMissingError } from '../../src/errors/object-missing-error.ts'
import type { ObjectWriter } from '../../src/ports/object-access.ts'
import { type ObjectId, objectIdAt } from '../../src/values/object-id.ts'
import type { ObjectKind } from '../../src/values/object-kind.ts'

/** Objects in a map: what trees need of a repository, without one. Remembers what was read, stored and given as a base. */
export class MemoryObjects implements ObjectWriter {
  readonly objects = new Map<string, Buffer>()
  readonly reads: ObjectId[] = []
  readonly stored: { kind: ObjectKind; id: ObjectId; base?: ObjectId | undefined }[] = []

  identify(plaintext: Uint8Array): ObjectId {
    return objectIdAt(createHmac('sha256', 'test').update(plaintext).digest())
  }

  async store(kind: ObjectKind, id: ObjectId, plaintext: Buffer, base?: ObjectId): Promise<void> {
    this.stored.push({ kind, id, base })
    this.objects.set(`${kind} ${id}`, Buffer.from(plaintext))
  }

  async keep(): Promise<void> {}

  async read(kind: ObjectKind, id: ObjectId): Promise<Buffer> {
    this.reads.push(id)
    const bytes = this.objects.get(`${kind} ${id}`)
    if (bytes === undefined) throw new ObjectMissingError(`${kind} ${id} is missing`, { hint: 'none' })
    return Buffer.from(bytes)
  }

  async settled(): Promise<void> {}

  async flush(): Promise<void> {}
}
