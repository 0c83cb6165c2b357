import type { Difference } from '@dbsnap/core'
import type { Console } from '../console.ts'
import { changeText, schemaText, summaryText } from './diff-text.ts'

/** A diff as a person reads it: a heading for each table and for the schema, last the summary. */
export class DiffPage {
  readonly #colours: Console['colours']
  readonly #noun: string
  #heading: string | undefined

  /** `noun`: what a collection is called. */
  constructor(noun: string, colours: Console['colours']) {
    this.#noun = noun
    this.#colours = colours
  }

  /** The next difference, with a heading where it is the first under it. */
  text(difference: Difference): string {
    if (difference.type === 'change') return this.#under(difference.collection) + changeText(difference, this.#colours)
    if (difference.type === 'schema') return this.#under('schema') + schemaText(difference, this.#colours)
    return (this.#heading === undefined ? '' : '\n') + summaryText(difference, this.#noun, this.#colours)
  }

  #under(heading: string): string {
    if (heading === this.#heading) return ''
    const gap = this.#heading === undefined ? '' : '\n'
    this.#heading = heading
    return `${gap}${this.#colours.underline(heading)}\n`
  }
}
