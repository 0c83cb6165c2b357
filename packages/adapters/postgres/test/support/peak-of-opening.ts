/** Opens a read point in a process of its own: prints by how many bytes that raised the most memory it ever had. */

import { postgres } from '../../src/index.ts'

const peak = (): number => process.resourceUsage().maxRSS * 1024

const source = postgres(process.argv[2] as string)
// The driver's modules count as what the process had before.
await (await source.openReadPoint({ concurrency: 1, exclude: ['many.*'], onWarning: () => {} })).close()
const before = peak()
const readPoint = await source.openReadPoint({ concurrency: 1, onWarning: () => {} })
process.stdout.write(JSON.stringify({ tables: readPoint.collections.length, bytes: peak() - before }))
await readPoint.close()
