import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readMarkdown } from './markdown.ts'

/** What is wrong with a link of the document `file` (an absolute path), or undefined. Other hosts are not asked. */
export function linkFault(file: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined
  const [relative, anchor] = link.split('#') as [string, string?]
  const target = relative === '' ? file : path.resolve(path.dirname(file), decodeURIComponent(relative))
  if (!existsSync(target)) return `${link} leads to no file`
  if (anchor === undefined || !target.endsWith('.md')) return undefined
  const { anchors } = readMarkdown(readFileSync(target, 'utf8'))
  return anchors.has(anchor) ? undefined : `${link} leads to no heading`
}

/** Documents that a comment in the code names by path, which do not exist. */
export function missingDocuments(root: string, source: string): string[] {
  const named = source.matchAll(/docs\/[a-z0-9/-]+(?:\.md)?/g)
  return [...named]
    .map(([text]) => text)
    .filter((text) => /\.md$|docs\/(?:decisions|format)\/./.test(text))
    .filter((text) => {
      if (existsSync(path.join(root, text))) return false
      // `docs/decisions/0004` names a record by its number.
      return !/^docs\/decisions\/\d{4}$/.test(text) || !hasRecord(root, text.slice(-4))
    })
}

function hasRecord(root: string, number: string): boolean {
  return readdirSync(path.join(root, 'docs/decisions')).some((name) => name.startsWith(`${number}-`))
}
