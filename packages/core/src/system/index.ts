export * from './system-clock.ts'
export * from './system-randomness.ts'
