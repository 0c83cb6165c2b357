/** Writes `docs/errors.md`. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { repositoryRoot } from '../checks/source-files.ts'
import { renderErrorDocs } from './render-error-docs.ts'

writeFileSync(path.join(repositoryRoot, 'docs/errors.md'), renderErrorDocs())
