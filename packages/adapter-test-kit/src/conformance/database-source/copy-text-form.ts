import type { TextKeyOrder } from '@dbsnap/core/values'
import { decodeRecord, encodeRow, splitRecords } from '../../fakes/copy-text.ts'
import type { DatabaseSourceFixture, RecordForm } from './database-source-fixture.ts'

/** The form that records have where a fixture names none. */
export const copyTextForm: RecordForm = {
  keyless: true,
  layout: ({ columns, key }) => {
    const names = Object.keys(columns)
    return {
      columns: names,
      key: key.map((name) => ({ column: names.indexOf(name), order: columns[name] as TextKeyOrder })),
    }
  },
  split: splitRecords,
  decode: (_, record) =>
    decodeRecord(record).map((value) => (value === null ? null : Buffer.from(value, 'latin1').toString())),
  encode: (_, row) => encodeRow(row),
}

/** The form of a fixture's records. */
export function formOf({ form }: Pick<DatabaseSourceFixture, 'form'>): RecordForm {
  return form ?? copyTextForm
}
