import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { repositoryRoot } from '../checks/source-files.ts'
import { renderErrorDocs } from './render-error-docs.ts'

it('docs/errors.md is what the table of codes says: `npm run docs:errors` writes it', () => {
  expect(readFileSync(`${repositoryRoot}/docs/errors.md`, 'utf8')).toBe(renderErrorDocs())
})
