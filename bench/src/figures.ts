/** What is measured on the orders. `take`, `diff`, `restore` and `export` are ours. */
export type MeasureName =
  | 'bareCopy'
  | 'pgDumpCustom'
  | 'pgDumpZstd'
  | 'resticFirst'
  | 'resticAgain'
  | 'resticClustered'
  | 'resticRandom'
  | 'takeFirst'
  | 'takeAgain'
  | 'takeClustered'
  | 'takeRandom'
  | 'takeScattered'
  | 'seriesFirst'
  | 'seriesNext'
  | 'diffClustered'
  | 'diffRandom'
  | 'diffScattered'
  | 'diffLive'
  | 'restore'
  | 'restoreWithoutProof'
  | 'pgRestore'
  | 'export'

/** One measurement. What a contender cannot tell is absent. */
export interface Sample {
  /** Of the call itself: `repository.take(...)`, connect and COPY, the command. */
  readonly seconds: number
  /** Of the whole process around the call: its start, loading of modules, key derivation. */
  readonly processSeconds?: number
  /** User and system time of the whole process. */
  readonly cpuSeconds?: number
  /** `VmHWM` of the process at its end. */
  readonly peakBytes?: number
  /** Growth of the whole folder that the contender stores in, or size of the file it wrote. */
  readonly storedBytes?: number
}

export type Quantity = keyof Sample

export interface Spread {
  readonly median: number
  readonly mean: number
  readonly min: number
  readonly max: number
  readonly count: number
}

/** All samples of one thing. */
export type Measure = { readonly seconds: Spread } & { readonly [Name in Exclude<Quantity, 'seconds'>]?: Spread }

export type Measures = { readonly [Name in MeasureName]?: Measure }
