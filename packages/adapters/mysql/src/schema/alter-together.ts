import type { SchemaObject } from '@dbsnap/core/values'

const ADD = /^(ALTER TABLE `(?:[^`]|``)*`) /

/** One statement for several of one table that each add something to it: the server goes over the table once. */
export function alterTogether(objects: readonly SchemaObject[]): string {
  const statements = objects.flatMap(({ statements: own }) => own)
  const head = ADD.exec(statements[0] ?? '')?.[1] ?? ''
  return `${head} ${statements.map((statement) => statement.replace(ADD, '')).join(', ')}`
}
