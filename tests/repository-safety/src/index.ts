export { type ForgetfulSuiteOptions, runForgetfulSuite } from './forgetful-suite.ts'
export type { InterruptionResult } from './interrupted-take.ts'
export { type KillSuiteOptions, runKillSuite } from './kill-suite.ts'
