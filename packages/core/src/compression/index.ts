export * from './compression-settings.ts'
