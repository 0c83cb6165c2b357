import { defineConfig } from 'tsup'

/**
 * The one build recipe of every published package: ES modules with source maps.
 * Declarations come from `tsc`, not from tsup: TypeScript 7 has no JavaScript API for tsup's bundler to call.
 */
export const library = (entry: string[]) =>
  defineConfig({
    entry,
    outDir: 'dist',
    format: 'esm',
    target: 'node22',
    platform: 'node',
    splitting: true,
    sourcemap: true,
    dts: false,
    clean: true,
  })
