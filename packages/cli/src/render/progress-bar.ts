import type { Progress, ProgressListener } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { bytes, duration } from './amounts.ts'

const WIDTH = 24

/** Draws one line on a terminal: share, rate, time left. Elsewhere draws nothing. `end` clears the line, and nothing is drawn after it. */
export function progressBar(console: Console): { readonly listener: ProgressListener; end(): void } {
  if (!console.interactive) return { listener: () => {}, end: () => {} }
  const started = performance.now()
  let isDrawn = false
  let hasEnded = false
  const draw = (progress: Progress): void => {
    if (hasEnded) return
    isDrawn = true
    const seconds = (performance.now() - started) / 1000
    const share = progress.totalBytes === 0 ? 0 : Math.min(1, progress.bytes / progress.totalBytes)
    const filled = Math.round(share * WIDTH)
    const bar = console.colours.cyan('━'.repeat(filled)) + console.colours.dim('━'.repeat(WIDTH - filled))
    const rate = progress.bytes === 0 ? '' : `  ${bytes(progress.bytes / Math.max(seconds, 0.001))}/s`
    const left = share > 0.02 && share < 1 ? `  ${duration((seconds / share) * (1 - share))} left` : ''
    const what = progress.collection === undefined ? '' : `  ${progress.collection}`
    console.message(
      `\r\u001b[K${bar} ${String(Math.round(share * 100)).padStart(3)} %  ${progress.phase}${rate}${left}${what}`,
    )
  }
  const end = (): void => {
    if (isDrawn) console.message('\r\u001b[K')
    isDrawn = false
    hasEnded = true
  }
  return { listener: draw, end }
}
