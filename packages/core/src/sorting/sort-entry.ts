/**
 * How a record lies in memory and in runs: length of the key, length of the record (4 bytes each, little-endian), the
 * key, the record.
 */
export const ENTRY_HEADER_BYTES = 8

export const keyLengthAt = (bytes: Buffer, entry: number): number => bytes.readUInt32LE(entry)
export const recordLengthAt = (bytes: Buffer, entry: number): number => bytes.readUInt32LE(entry + 4)
export const entryLength = (key: number, record: number): number => ENTRY_HEADER_BYTES + key + record

/** Writes everything but the record, and returns where the record begins. */
export function writeEntryHead(target: Buffer, entry: number, key: Buffer, recordLength: number): number {
  target.writeUInt32LE(key.length, entry)
  target.writeUInt32LE(recordLength, entry + 4)
  return entry + ENTRY_HEADER_BYTES + key.copy(target, entry + ENTRY_HEADER_BYTES)
}
