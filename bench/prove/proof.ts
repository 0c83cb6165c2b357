/** One line of what an issue says must be shown. */
export interface ProvenLine {
  readonly claim: string
  /** What was measured, with its unit. */
  readonly figure: string
  /** What it must be; `-` where it is only told. */
  readonly bound: string
  readonly holds: boolean
}

export interface ProofOptions {
  /** Told in a line what is going on. */
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** Shows one or several lines, each as soon as it is known. */
export interface Proof {
  /** What `--only` takes. */
  readonly name: string
  run(options: ProofOptions): AsyncGenerator<ProvenLine, void, undefined>
}

/** A figure that must not exceed a bound. */
export function atMost(claim: string, value: number | undefined, bound: number, unit: string, digits = 2): ProvenLine {
  const withUnit = (number: number): string => `${number.toFixed(digits)}${unit === '' ? '' : ` ${unit}`}`
  return {
    claim,
    figure: value === undefined ? 'not measured' : withUnit(value),
    bound: `<= ${withUnit(bound)}`,
    holds: value !== undefined && value <= bound,
  }
}

/** A number that must not fall below a bound. */
export function atLeast(claim: string, value: number, bound: number): ProvenLine {
  return { claim, figure: String(value), bound: `>= ${bound}`, holds: value >= bound }
}

/** Something that is told and has no bound. */
export function told(claim: string, figure: string): ProvenLine {
  return { claim, figure, bound: '-', holds: true }
}
