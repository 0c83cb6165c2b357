import type { Measure, MeasureName, Quantity, Sample, Spread } from './figures.ts'

/** Collects samples under their names. */
export class MeasureLog<Name extends string = MeasureName> {
  readonly #samples = new Map<Name, Sample[]>()

  add(name: Name, sample: Sample): void {
    const samples = this.#samples.get(name) ?? []
    samples.push(sample)
    this.#samples.set(name, samples)
  }

  /** What was never added is absent. */
  measures(): { readonly [Each in Name]?: Measure } {
    const measures: { [Each in Name]?: Measure } = {}
    for (const [name, samples] of this.#samples) measures[name] = measureOf(samples)
    return measures
  }
}

function measureOf(samples: readonly Sample[]): Measure {
  const quantities = new Set(samples.flatMap((sample) => Object.keys(sample) as Quantity[]))
  const spreads = [...quantities].map((quantity) => {
    const values = samples.map((sample) => sample[quantity]).filter((value) => value !== undefined)
    return [quantity, spreadOf(values)]
  })
  return Object.fromEntries(spreads)
}

/** Of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const at = (index: number): number => sorted[index] as number
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    min: at(0),
    max: at(sorted.length - 1),
    count: sorted.length,
  }
}
