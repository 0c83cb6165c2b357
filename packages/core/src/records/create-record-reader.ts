import { IncompatibleTargetError } from '../errors/incompatible-target-error.ts'
import type { CollectionLayout } from '../values/collection.ts'
import { CopyTextReader } from './copy-text-reader.ts'
import { KeylessReader } from './keyless-reader.ts'
import type { RecordReader } from './record-reader.ts'

/** A reader for a collection's records. */
export function createRecordReader(layout: CollectionLayout): RecordReader {
  if (layout.format !== 'copy-text') {
    throw new IncompatibleTargetError(`records of the format ${layout.format} are not read by this version`, {
      hint: 'Use a newer DBSnap.',
      data: { collection: layout.name },
    })
  }
  return layout.key.length === 0 ? new KeylessReader() : new CopyTextReader(layout)
}
