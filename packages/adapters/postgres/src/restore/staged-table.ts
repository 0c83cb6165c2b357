import { objectId } from '@dbsnap/core/adapter'
import type { RestoreRequest } from '@dbsnap/core/ports'
import type { RestorePlan, SchemaStep } from './restore-plan.ts'

/**
 * From this size a table is loaded beside, over two connections with its indexes built in parallel. Below it the two
 * extra transactions and the moving cost more than they gain (32 MiB load in about 0.3 s).
 */
export const STAGED_BYTES = 32 * 1024 * 1024

/** An index that can be built while the table lies in the staging schema. */
export interface StagedIndex {
  /** The step of the plan whose first statement this replaces. */
  readonly step: SchemaStep
  /** Makes the index, given the table's staged name. */
  readonly build: (table: string) => string
  /** Turns the index into the constraint, given the table's staged name; runs when all indexes are built. */
  readonly attach?: (table: string) => string
}

/** A table that is loaded beside and adopted. */
export interface StagedTable {
  readonly collection: string
  /** `public`, for statements. */
  readonly schema: string
  /** `orders`, for statements. */
  readonly table: string
  /** The plan's steps that make it: the table and the sequences that belong to it. */
  readonly steps: readonly SchemaStep[]
  readonly indexes: readonly StagedIndex[]
}

/** An identifier as the server prints it: bare or in quotes. */
const NAME = '(?:"(?:[^"]|"")+"|[a-z_][a-z0-9_$]*)'
const TABLE = new RegExp(`^CREATE (?:UNLOGGED )?TABLE (${NAME})\\.(${NAME}) \\(`)
const KEY = new RegExp(
  `^ALTER TABLE (?:ONLY )?(${NAME}\\.${NAME})\\s+ADD CONSTRAINT (${NAME}) (PRIMARY KEY|UNIQUE) (\\((?:${NAME}(?:, )?)+\\));?$`,
)
const INDEX = new RegExp(`^(CREATE (?:UNIQUE )?INDEX ${NAME} ON )(${NAME}\\.${NAME})( USING [\\s\\S]*)$`)

/**
 * The big tables that can be made apart from the rest of the schema: those that rest on nothing but their schema and on
 * which nothing rests before the records are there. So their columns have built-in types and they are neither
 * partitions nor children. What does not fit here is loaded in the main transaction.
 */
export function stagedTables(request: RestoreRequest, plan: RestorePlan): StagedTable[] {
  const dependants = dependantsOf(plan)
  return request.collections.flatMap(({ name, bytes }) => {
    if (bytes < STAGED_BYTES || plan.routes.get(name) !== 'load') return []
    const staged = stagedTable(name, plan, dependants)
    return staged === undefined ? [] : [staged]
  })
}

/** By `kind:name`, the steps before the records that rest on it. */
function dependantsOf(plan: RestorePlan): Map<string, SchemaStep[]> {
  const dependants = new Map<string, SchemaStep[]>()
  for (const step of plan.before) {
    for (const id of step.creates?.dependsOn ?? []) {
      const known = dependants.get(id)
      if (known === undefined) dependants.set(id, [step])
      else known.push(step)
    }
  }
  return dependants
}

function stagedTable(
  collection: string,
  plan: RestorePlan,
  dependants: ReadonlyMap<string, SchemaStep[]>,
): StagedTable | undefined {
  const steps = plan.before.filter((step) => step.creates?.collection === collection)
  const ids = new Set(steps.map((step) => (step.creates === undefined ? '' : objectId(step.creates))))
  for (const column of [...ids]) ids.add(column)
  const within = (id: string) => ids.has(id) || id.startsWith('schema:') || id.startsWith(`column:${collection}.`)
  if (!steps.every((step) => step.creates?.dependsOn.every(within))) return undefined
  if (![...ids].every((id) => (dependants.get(id) ?? []).every((step) => steps.includes(step)))) return undefined
  const [, schema, table] =
    steps.map((step) => TABLE.exec(step.statements[0] ?? '')).find((match) => match !== null) ?? []
  if (schema === undefined || table === undefined) return undefined
  const name = `${schema}.${table}`
  const indexes = plan.after.flatMap((step) => {
    const index = step.creates?.collection === collection && step.creates.dependsOn.every(within)
    return index ? stagedIndex(step, name) : []
  })
  return { collection, schema, table, steps, indexes }
}

function stagedIndex(step: SchemaStep, table: string): StagedIndex[] {
  const statement = step.statements[0] ?? ''
  const key = KEY.exec(statement)
  if (key !== null && key[1] === table) {
    const [, , name, kind, columns] = key
    return [
      {
        step,
        build: (staged) => `CREATE UNIQUE INDEX ${name} ON ${staged} USING btree ${columns}`,
        attach: (staged) => `ALTER TABLE ${staged} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}`,
      },
    ]
  }
  const index = INDEX.exec(statement)
  if (index === null || index[2] !== table) return []
  return [{ step, build: (staged) => `${index[1]}${staged}${index[3]}` }]
}
