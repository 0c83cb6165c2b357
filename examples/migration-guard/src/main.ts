import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate, openRepository, rollBack } from './migration-guard.ts'

const USAGE = `Guards a migration of a PostgreSQL database.

  npm run guard -- migrate <url> <migration.sql>   snapshot, migrate, show what changed
  npm run guard -- rollback <url>                  put back what the last snapshot holds

DBSNAP_REPO (default ./snapshots) and DBSNAP_PASSPHRASE say where the snapshots are kept, and their secret.`

const { positionals } = parseArgs({ allowPositionals: true })
const [command, url, file] = positionals
const passphrase = process.env.DBSNAP_PASSPHRASE
if (!url || !passphrase || (command === 'migrate' ? !file : command !== 'rollback')) {
  console.error(USAGE)
  process.exit(2)
}

const repository = await openRepository(process.env.DBSNAP_REPO ?? './snapshots', passphrase)
try {
  if (file) {
    const migration = { name: basename(file), sql: await readFile(file, 'utf8') }
    const { recordsChanged, schemaChanged } = await migrate(repository, url, migration, console.log)
    console.log(`done: ${recordsChanged} records and ${schemaChanged} schema objects differ. To go back: rollback`)
  } else {
    await rollBack(repository, url)
  }
} finally {
  await repository.close()
}
