import { readFileSync } from 'node:fs'

/** The most bytes of memory this process ever had at a time. */
export function peakMemory(): number {
  // On Linux `maxRSS` begins with what the parent had when it forked, so the kernel's own high-water mark is read.
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}
