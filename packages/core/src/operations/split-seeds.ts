/** The two seeds derived from a repository's split seed: where chunks end, and where tree nodes end. */
export interface SplitSeeds {
  readonly chunk: number
  readonly tree: number
}

export function splitSeeds(seed: Buffer): SplitSeeds {
  return { chunk: seed.readUInt32LE(0), tree: seed.readUInt32LE(4) }
}
