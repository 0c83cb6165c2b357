import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes of all files below a folder, or of one file. */
export async function sizeOf(path: string): Promise<number> {
  const facts = await stat(path)
  if (!facts.isDirectory()) return facts.size
  const sizes = (await readdir(path)).map((name) => sizeOf(join(path, name)))
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** By how many bytes a folder grows while something is done. */
export async function growthOf<Result>(
  folder: string,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly storedBytes: number }> {
  const before = await sizeOf(folder)
  const result = await work()
  return { result, storedBytes: (await sizeOf(folder)) - before }
}
