import type { Console } from '../console.ts'
import { EXIT } from '../exit-codes.ts'
import { type GlobalOptions, openRepository } from '../global-options.ts'
import { counted, number } from '../render/amounts.ts'

export interface CheckCommandOptions extends GlobalOptions {
  readonly readData?: boolean
  readonly readDataSubset?: number
  readonly repairIndex?: boolean
}

export async function checkCommand(options: CheckCommandOptions, console: Console): Promise<number> {
  const repository = await openRepository(options, console)
  try {
    const readFraction = options.readData ? 1 : (options.readDataSubset ?? 0)
    const report = await repository.check({
      readFraction,
      remember: readFraction > 0,
      repairIndex: options.repairIndex ?? false,
      signal: console.signal,
    })
    if (options.json) await console.out(`${JSON.stringify(report)}\n`)
    else {
      if (report.repaired !== undefined) {
        const { packs, objects } = report.repaired
        await console.out(`The index was written anew from ${counted(packs, 'pack')}: ${counted(objects, 'object')}.\n`)
      }
      for (const { file, problem } of report.damage)
        await console.out(`${console.colours.red('damaged')} ${file}: ${problem}\n`)
      for (const { id, problem, lost } of report.brokenSnapshots) {
        await console.out(`${console.colours.red('broken')} snapshot ${id.slice(0, 8)}: ${problem}\n`)
        for (const { collection, records, lostRecords } of lost)
          await console.out(`  ${collection}: ${number(lostRecords)} of ${counted(records, 'record')} lost\n`)
      }
      for (const { id, problem } of report.brokenDiffs)
        await console.out(`${console.colours.red('broken')} stored diff ${id.slice(0, 8)}: ${problem}\n`)
      for (const { message } of report.notes) await console.out(`note: ${message}\n`)
      await console.out(
        `${report.sound ? console.colours.green('Sound') : console.colours.red('Damaged')}: ${counted(report.snapshots, 'snapshot')}, ` +
          `${counted(report.packs, 'pack')}, ${counted(report.objects, 'object')}, of which ${report.objectsRead} were read and verified.\n`,
      )
    }
    return report.sound ? EXIT.done : EXIT.differs
  } finally {
    await repository.close()
  }
}
