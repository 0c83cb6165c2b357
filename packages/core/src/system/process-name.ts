import { hostname } from 'node:os'

/** Where this process runs, for people who look for it. */
export function processName(): { host: string; pid: number } {
  return { host: hostname(), pid: process.pid }
}
