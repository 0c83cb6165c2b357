/** One promise of a port, as a check that every adapter passes. */
export interface Law<Name extends string, Fixture> {
  /** In kebab-case; opt-outs name it. */
  readonly name: Name
  /** The promise in a sentence: the title of its test. */
  readonly promise: string
  /** Throws where the adapter breaks the promise. Gets a fixture of its own. */
  check(fixture: Fixture): Promise<void>
}

/** Why an adapter cannot keep a promise, and the proof that it says so instead of breaking it in silence. */
export interface OptOut<Fixture> {
  readonly reason: string
  /** Throws unless the adapter refuses what the law asks for with a typed error. */
  refusal(fixture: Fixture): Promise<void>
}

/** The laws that an adapter cannot keep. */
export type OptOuts<Name extends string, Fixture> = { readonly [Law in Name]?: OptOut<Fixture> }
