import type { ColumnKind, DatabaseTargetFixture } from '../src/index.ts'
import { MemoryDatabase } from '../src/index.ts'

/** The laws' hands on a memory database: shows what a fixture of an adapter is made of. */
export async function memoryFixture(): Promise<DatabaseTargetFixture> {
  const source = new MemoryDatabase({ bufferBytes: 4093 })
  const target = new MemoryDatabase({ name: 'target', bufferBytes: 7 })
  const typeOf = (kind: ColumnKind): string => (typeof kind === 'string' ? kind : kind.native)
  return {
    source,
    target,
    nativeValues: [
      { type: 'text', values: ['', ' ', '\\', '\\N', '\t\n\r\b\f\v', 'ä€😀', 'x'.repeat(100_000)] },
      { type: 'float', values: ['NaN', '-0', 'Infinity', '1e-300'] },
    ],
    async createTable({ name, columns, key, rows }) {
      const types = Object.entries(columns).map(([column, kind]) => [column, typeOf(kind)] as const)
      source.createTable(name, { columns: Object.fromEntries(types), key })
      source.insert(name, ...rows)
      return name
    },
    insert: async (collection, rows) => source.insert(collection, ...rows),
    remove: async (collection, values) => source.remove(collection, ...values.map((value) => [value, null])),
    openConnections: async () => source.openReadPoints,
    openTargetConnections: async () => target.openReadPoints,
    dispose: async () => {},
  }
}
