export { type BitFlipSuiteOptions, type BitFlipSuiteResult, runBitFlipSuite } from './bit-flip-suite.ts'
export {
  CRASHED_OPERATIONS,
  type CrashedOperation,
  type CrashSuiteOptions,
  type CrashSuiteResult,
  runCrashSuite,
} from './crash-suite.ts'
export { type ForgetfulSuiteOptions, runForgetfulSuite } from './forgetful-suite.ts'
export type { InterruptionResult } from './interrupted-take.ts'
export { type KillSuiteOptions, runKillSuite } from './kill-suite.ts'
export { type ResumeResult, runResumeSuite } from './resume-suite.ts'
