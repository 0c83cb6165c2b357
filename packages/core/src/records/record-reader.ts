/**
 * Finds records in bytes and encodes their keys, without an object per record. Not shared between two readings at a
 * time: the key of the last record is kept in `keyBytes`.
 */
export interface RecordReader {
  /**
   * Must be called before the first record of a chunk. `firstKey` is that record's key where it is known (a stored
   * chunk); absent at the beginning of a collection.
   */
  begin(firstKey?: Buffer): void
  /**
   * Offset just past the record that begins at `start`, or -1 where its end is not within `bytes[0, limit)`.
   * `searched` (default `start`): an earlier call has looked for this record's end in the bytes before it in vain.
   */
  end(bytes: Buffer, start: number, limit: number, searched?: number): number
  /** Encodes the key of the record `bytes[start, end)` into `keyBytes` and returns its length. To be called once per record, in order. */
  key(bytes: Buffer, start: number, end: number): number
  /** Where the last key lies; may be another buffer after the next `key`. */
  readonly keyBytes: Buffer
}
