import { hostname } from 'node:os'
import type { ProcessName } from '../ports/system.ts'

/** Where this process runs. */
export function processName(): ProcessName {
  return { host: hostname(), pid: process.pid }
}
