import { execFileSync } from 'node:child_process'
import { debianTool } from '@dbsnap/test-servers'
import { BENCH_POSTGRES_VERSION } from './bench-server.ts'

/** A program that we are compared with. */
export interface ExternalTool {
  readonly path: string
  /** In its own words. */
  readonly version: string
}

const NAMES = ['pg_dump', 'pg_restore', 'restic', 'zstd'] as const
export type ToolName = (typeof NAMES)[number]

/** The programs that are there. */
export type ExternalTools = { readonly [Name in ToolName]?: ExternalTool }

/** Looks for the programs. PostgreSQL's own are passed over where they are older than our server, which they refuse. */
export function findExternalTools(): ExternalTools {
  const found = NAMES.map((name) => {
    const path = name === 'pg_dump' || name === 'pg_restore' ? debianTool(name) : name
    const version = path === undefined ? undefined : versionOf(path, name)
    return [name, path === undefined || version === undefined ? undefined : { path, version }] as const
  })
  return Object.fromEntries(found.filter(([name, tool]) => tool !== undefined && isUsable(name, tool)))
}

function versionOf(path: string, name: ToolName): string | undefined {
  try {
    const said = execFileSync(path, [name === 'restic' ? 'version' : '--version'], { encoding: 'utf8' })
    return /\d+\.\d+(\.\d+)?/.exec(said)?.[0] ?? said.trim()
  } catch {
    return undefined // not installed: the caller says which rows are left out
  }
}

function isUsable(name: ToolName, { version }: ExternalTool): boolean {
  return !name.startsWith('pg_') || Number(version.split('.')[0]) >= BENCH_POSTGRES_VERSION
}
