/**
 * A process that takes one snapshot and is killed on the way. It tells what it does on stdout, in lines: `begin
 * <phase>`, `end <phase>` for each write, and `reached` at the point where it is to be killed. There it stops, at a
 * step of a write for good, so that the kill hits that step; while reading it goes on, so that the kill hits anything.
 */
import { writeSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { folder } from '@dbsnap/core'
import { GeneratedSource } from './generated-source.ts'
import type { InterruptionPoint } from './interruption-plan.ts'
import { openSafetyRepository } from './safety-repository.ts'
import { announcingFileSystem } from './write-phase.ts'

/** What the parent says on the command line, as JSON. */
export interface KillChildOrder {
  readonly path: string
  readonly version: number
  readonly bytes: number
  /** Absent: takes the snapshot to its end. */
  readonly point?: InterruptionPoint
}

const { path, version, bytes, point }: KillChildOrder = JSON.parse(process.argv[2] ?? '{}')

/** Written at once, past any buffer: what was said before the kill is known after it. */
function say(line: string): void {
  writeSync(1, `${line}\n`)
}

function waitForTheEnd(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const fileSystem = announcingFileSystem(fs, (phase, write, step) => {
  if (step === 'created') say(`begin ${phase}`)
  if (point?.at === 'write' && point.phase === phase && point.write === write && point.step === step) {
    say('reached')
    waitForTheEnd()
  }
  if (step === 'durable') say(`end ${phase}`)
})

let reached = false
const source = new GeneratedSource({
  version,
  bytes,
  onBuffer: (given) => {
    if (point?.at !== 'bytes' || given < point.bytes || reached) return
    reached = true
    say('reached')
  },
})

const repository = await openSafetyRepository(folder(path, { fileSystem }))
const snapshot = await repository.take(source)
await repository.close()
say(`taken ${snapshot.id}`)
// A kill that was asked for while reading comes now at the latest.
if (reached) waitForTheEnd()
