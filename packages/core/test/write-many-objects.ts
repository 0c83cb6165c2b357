/** Makes a repository of very many objects: `node test/write-many-objects.ts <folder> <objects> <passphrase>`. */
import { PassphraseKeyProvider } from '../src/encryption/index.ts'
import { folder } from '../src/stores/index.ts'
import { SystemClock } from '../src/system/system-clock.ts'
import { SystemRandomness } from '../src/system/system-randomness.ts'
import { makeManyObjects } from './many-objects.ts'

const CHANGES = 1000

const [place = '', objects = '', passphrase = ''] = process.argv.slice(2)
const randomness = new SystemRandomness()
await makeManyObjects(folder(place), {
  objects: Number(objects),
  changes: CHANGES,
  clock: new SystemClock(),
  randomness,
  keyProvider: new PassphraseKeyProvider(passphrase, { randomness }),
  onProgress: (done) => console.error(`${done} objects`),
})
