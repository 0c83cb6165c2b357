import { describeObjectStore } from '@dbsnap/adapter-test-kit/vitest'
import { memory } from '@dbsnap/core'

describeObjectStore('memory()', async () => ({ store: memory(), dispose: async () => {} }))
