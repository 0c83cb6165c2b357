import { parseArgs } from 'node:util'
import { PARTS, type Part } from './orders-round.ts'

/** What `npm run bench -- ...` asks for. */
export interface BenchmarkOptions {
  readonly scale: number
  readonly runs: number
  readonly snapshots: number
  readonly only: readonly Part[] | undefined
  /** Bytes of COPY text: the large database is measured instead of the orders. */
  readonly size: number | undefined
  readonly compare: boolean
  readonly help: boolean
}

export const USAGE = `npm run bench -- [options]
  --scale <n>          share of the 2 000 000 orders (1)
  --runs <n>           rounds, of which medians are taken (5)
  --snapshots <n>      snapshots in the series (30)
  --only <part,...>    ${PARTS.join(', ')}; not kept in the history
  --size <1g|10g>      measures one large database instead, once
  --compare            fails when a ratio is more than 5 % worse than in the history`

/** Fails with an `Error` that names the option. */
export function parseBenchmarkOptions(args: readonly string[]): BenchmarkOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scale: { type: 'string', default: '1' },
      runs: { type: 'string', default: '5' },
      snapshots: { type: 'string', default: '30' },
      only: { type: 'string' },
      size: { type: 'string' },
      compare: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    scale: positive('scale', values.scale),
    runs: whole('runs', values.runs),
    snapshots: whole('snapshots', values.snapshots),
    only: values.only?.split(',').map(part),
    size: values.size === undefined ? undefined : bytes(values.size),
    compare: values.compare,
    help: values.help,
  }
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name} takes a number above 0, not '${text}'`)
  return value
}

function whole(name: string, text: string): number {
  const value = positive(name, text)
  if (!Number.isInteger(value)) throw new Error(`--${name} takes a whole number, not '${text}'`)
  return value
}

function part(text: string): Part {
  const found = PARTS.find((name) => name === text)
  if (found === undefined) throw new Error(`--only takes ${PARTS.join(', ')}, not '${text}'`)
  return found
}

function bytes(text: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)([mg])$/i.exec(text) ?? []
  if (amount === undefined) throw new Error(`--size takes a size such as 500m, 1g or 10g, not '${text}'`)
  return Number(amount) * (unit?.toLowerCase() === 'g' ? 1e9 : 1e6)
}
