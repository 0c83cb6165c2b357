/** A record and the key by which it is sorted. */
export interface SortItem {
  readonly key: Buffer
  readonly record: Buffer
}
