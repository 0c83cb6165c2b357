import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeObjectStore } from '@dbsnap/adapter-test-kit/vitest'
import { folder } from '@dbsnap/core'

describeObjectStore('folder()', async () => {
  const place = await mkdtemp(join(tmpdir(), 'dbsnap-conformance-'))
  const root = join(place, 'repository')
  const blocked = join(place, 'blocked')
  await writeFile(blocked, 'a file where the folder should be')
  return {
    store: folder(root),
    unusable: { store: folder(join(blocked, 'below')), secrets: [] },
    async leftovers() {
      const names = await readdir(root, { recursive: true })
      // Where there is no /proc, handles go uncounted.
      const handles = await readdir('/proc/self/fd').catch(() => [])
      const open = await Promise.all(handles.map((handle) => readlink(`/proc/self/fd/${handle}`).catch(() => '')))
      return [...names, ...open.filter((path) => path.startsWith(root))].filter((name) => /~|^\//.test(name)).length
    },
    dispose: () => rm(place, { recursive: true, force: true }),
  }
})
