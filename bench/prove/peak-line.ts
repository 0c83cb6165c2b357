import { type DbsnapRun, runDbsnap } from '../src/run-dbsnap.ts'
import { atMost, type ProofOptions, type ProvenLine } from './proof.ts'

/** Bytes. What our process may have at its peak, whatever the size of the database: 256 MB as `VmHWM` counts them. */
const PEAK_BYTES = 256 * 1024 * 1024

/** Holds a run of the command line to the memory it may have. */
export function peakLine(claim: string, { peakBytes }: DbsnapRun): ProvenLine {
  return atMost(claim, peakBytes / 1024 ** 2, PEAK_BYTES / 1024 ** 2, 'MB', 0)
}

/** The command line on a repository; each run is told in a line. */
export function dbsnapOn(repository: string, { say, signal }: ProofOptions): (...args: string[]) => Promise<DbsnapRun> {
  return async (...args) => {
    const measured = await runDbsnap(args, { repository, signal })
    say(lineOfRun(args[0] as string, measured))
    return measured
  }
}

/** What went on, in a line. */
export function lineOfRun(command: string, { seconds, peakBytes }: DbsnapRun): string {
  return `${command}: ${seconds.toFixed(0)} s, peak ${(peakBytes / 1024 ** 2).toFixed(0)} MB`
}
