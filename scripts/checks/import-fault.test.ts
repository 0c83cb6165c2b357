import { describe, expect, it } from 'vitest'
import { importFault } from './import-fault.ts'

describe('importFault', () => {
  it.each([
    ['packages/core/src/operations/take.ts', '../repository/pack-writer.ts'],
    ['packages/core/src/repository/pack-writer.ts', './pack-codec.ts'],
    ['packages/core/src/repository.ts', './system/system-clock.ts'],
    ['packages/core/src/format/codec.test.ts', '../record-tree/tree.ts'],
    ['packages/core/src/format/codec.ts', 'zod'],
    ['packages/adapters/postgres/src/source.ts', '@dbsnap/core/ports'],
    ['packages/adapters/postgres/test/conformance.test.ts', '@dbsnap/adapter-test-kit'],
    ['packages/cli/src/main.ts', '@dbsnap/postgres'],
    ['packages/core/tsup.config.ts', '../../scripts/tsup-library.ts'],
  ])('%s may import %s', (file, specifier) => {
    expect(importFault(file, specifier)).toBeUndefined()
  })

  it.each([
    ['packages/core/src/repository/pack-writer.ts', '../record-tree/tree.ts', 'chunk-store port'],
    ['packages/core/src/record-tree/tree.ts', '../repository/pack-writer.ts', 'chunk-store port'],
    ['packages/core/src/operations/take.ts', '../system/system-clock.ts', 'composition root'],
    ['packages/core/src/operations/take.ts', '../index.ts', 'the composition root'],
    ['packages/core/src/values/id.ts', '../errors/base.ts', 'ground'],
    ['packages/core/src/drawer/x.ts', '../values/id.ts', 'no rule yet'],
    ['packages/core/src/format/codec.test.ts', '@dbsnap/adapter-test-kit', 'cycles'],
    ['packages/core/src/format/codec.ts', '../../../cli/src/main.ts', 'published name'],
    ['packages/adapters/postgres/src/source.ts', '@dbsnap/core', 'ports alone'],
    ['packages/adapters/postgres/test/x.test.ts', '@dbsnap/mysql', 'another adapter'],
    ['packages/adapter-test-kit/src/fake.ts', '@dbsnap/core', 'ports alone'],
    ['packages/cli/src/main.ts', '@dbsnap/test-servers', 'without test code'],
  ])('%s must not import %s', (file, specifier, reason) => {
    expect(importFault(file, specifier)).toContain(reason)
  })
})
