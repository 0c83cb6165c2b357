/** What one folder of `packages/core/src` may import from the others, and why it may import nothing else. */
export interface LayerRule {
  mayImport: string[]
  reason: string
}

const pure = ['values', 'errors', 'ports']
const bytes = 'it turns values into bytes and back, and must be testable without a store or a database'

export const coreLayers: Record<string, LayerRule> = {
  values: { mayImport: [], reason: 'values are the ground everything stands on' },
  errors: { mayImport: ['values'], reason: 'every layer throws errors, so errors may know only values' },
  ports: { mayImport: ['values', 'errors'], reason: 'a port holds types and promises, never an implementation' },
  chunking: {
    mayImport: [...pure, 'records'],
    reason: 'it cuts a stream of records, and knows nothing of trees or stores',
  },
  records: { mayImport: pure, reason: bytes },
  encryption: { mayImport: pure, reason: bytes },
  compression: { mayImport: pure, reason: bytes },
  format: {
    mayImport: [...pure, 'encryption', 'compression'],
    reason: 'a codec seals and compresses what it writes, and must be testable without a store or a database',
  },
  sorting: {
    mayImport: ['ports', 'errors', 'values'],
    reason: 'it sorts bytes by bytes, and knows nothing of records or databases',
  },
  'record-tree': {
    mayImport: [...pure, 'records', 'chunking', 'format'],
    reason: 'the tree and the repository do not know each other: they meet at the chunk-store port',
  },
  repository: {
    mayImport: [...pure, 'format', 'encryption', 'compression'],
    reason: 'the tree and the repository do not know each other: they meet at the chunk-store port',
  },
  adapter: {
    mayImport: ['ports', 'errors', 'values'],
    reason: 'it is what adapters have in common, and they know the ports alone',
  },
  stores: {
    mayImport: ['ports', 'errors', 'values', 'adapter'],
    reason: 'a store keeps objects and knows nothing of snapshots; what is a legal key it shares with the adapters',
  },
  system: { mayImport: ['ports', 'errors', 'values'], reason: 'it only implements the clock and randomness ports' },
  'record-text': {
    mayImport: [...pure, 'records'],
    reason: 'it writes records that an operation hands to it, and knows nothing of snapshots',
  },
  retention: {
    mayImport: ['values', 'errors', 'format'],
    reason: 'a policy looks at facts of snapshots and decides; it reads and deletes nothing',
  },
  operations: {
    mayImport: [
      ...pure,
      'records',
      'chunking',
      'record-tree',
      'sorting',
      'encryption',
      'compression',
      'format',
      'repository',
      'retention',
      'record-text',
    ],
    reason: 'operations receive their store, clock and randomness from the composition root',
  },
}

/** Packages each part of the monorepo may import. `true` on a prefix means the name itself or anything below it. */
export interface PackageRule {
  folders: RegExp
  allowed: RegExp
  reason: string
}

export const packageRules: PackageRule[] = [
  {
    folders: /^packages\/core\//,
    allowed: /^$/,
    reason: 'core knows no adapter and no test kit, not even in its tests: the build refuses package cycles',
  },
  {
    folders: /^packages\/(adapters\/[^/]+|adapter-test-kit)\/src\/(?!.*\.test\.ts$)/,
    allowed: /^@dbsnap\/core\/(ports|errors|values|adapter)$/,
    reason: 'an adapter stands on the ports alone, so that core can change behind them',
  },
  {
    folders: /^packages\/adapters\/[^/]+\//,
    allowed: /^@dbsnap\/(core(\/(ports|errors|values|adapter))?|adapter-test-kit(\/vitest)?|test-servers)$/,
    reason: 'an adapter is tested with the kit and real servers, never with another adapter',
  },
  {
    folders: /^packages\/adapter-test-kit\//,
    allowed: /^@dbsnap\/core\/(ports|errors|values|adapter)$/,
    reason: 'the kit proves the ports, so it may know nothing behind them',
  },
  {
    folders: /^packages\/cli\/src\/(?!.*\.test\.ts$)/,
    allowed: /^@dbsnap\/(?!adapter-test-kit\/|test-servers|bench)/,
    reason: 'the command line composes core, adapters and the published laws, and ships without test code',
  },
]
