import { UsageError } from '@dbsnap/core'

/** `a,b` and repeated options become one list. */
export function list(value: string, before: readonly string[] = []): string[] {
  return [...before, ...value.split(',').filter((part) => part !== '')]
}

/** `k=v`, repeated. */
export function tags(value: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = value.indexOf('=')
  if (at < 1) throw new UsageError('a tag is written name=value', { hint: 'For example --tag release=42.' })
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) }
}

/** A whole number, at least `least`. */
export function wholeNumber(option: string, least: number): (value: string) => number {
  return (value) => {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least) return number
    throw new UsageError(`${option} takes a whole number from ${least}`, {
      hint: `For example ${option} ${least + 2}.`,
    })
  }
}

/** So many to keep, or `unlimited`. */
export function keepCount(option: string): (value: string) => number {
  return (value) => (value === 'unlimited' ? Number.POSITIVE_INFINITY : wholeNumber(option, 1)(value))
}

/** Megabytes a second (10^6 bytes), as bytes a second. */
export function megabytes(value: string): number {
  const number = Number(value)
  if (Number.isFinite(number) && number > 0) return number * 1e6
  throw new UsageError('--max-rate takes megabytes per second', { hint: 'For example --max-rate 20.' })
}

/** `n%`, from `least` to 100, as a share. */
export function percent(option: string, least: number): (value: string) => number {
  return (value) => {
    const number = Number(/^(\d+(?:\.\d+)?)%$/.exec(value)?.[1])
    if (number >= least && number <= 100) return number / 100
    throw new UsageError(`${option} takes a percentage`, { hint: `For example ${option} 5%.` })
  }
}

/** One of several words. */
export function oneOf<T extends string>(option: string, words: readonly T[]): (value: string) => T {
  return (value) => {
    const found = words.find((word) => word === value)
    if (found !== undefined) return found
    throw new UsageError(`${option} takes one of ${words.join(', ')}`, { hint: `For example ${option} ${words[0]}.` })
  }
}
