import { loadInParallel, runInParallel, SIDE_SETTINGS } from './parallel-load.ts'
import type { SchemaStep } from './restore-plan.ts'
import type { StagedTable } from './staged-table.ts'
import { createStaging, dropStaging, stagingName } from './staging-area.ts'
import type { TargetConnection } from './target-connection.ts'
import { Turn } from './turn.ts'

/** How many connections load one staged table. */
const SIDES = 2

export interface StagingParts {
  readonly main: TargetConnection
  readonly openSide: () => Promise<TargetConnection>
  /** A connection that an abort does not end. */
  readonly openCleaner: () => Promise<TargetConnection>
  readonly tables: readonly StagedTable[]
  readonly now: Date
  readonly random: Buffer
}

/**
 * The tables of a restore that are loaded beside: made in a committed schema of our own, loaded over several
 * connections, given their indexes, and moved to their place by the main transaction.
 */
export class Staging {
  readonly #parts: StagingParts
  readonly #schema: string
  readonly #sides: TargetConnection[]
  readonly #turn = new Turn()
  #made = false

  private constructor(parts: StagingParts, sides: TargetConnection[]) {
    this.#parts = parts
    this.#sides = sides
    this.#schema = stagingName(parts.random)
  }

  /** Opens the connections and makes the schema and its tables. Must run before the main transaction makes anything. */
  static async open(parts: StagingParts): Promise<Staging> {
    const sides: TargetConnection[] = []
    try {
      for (let count = 0; count < SIDES; count++) sides.push(await parts.openSide())
      const staging = new Staging(parts, sides)
      await staging.#make()
      return staging
    } catch (error) {
      await Promise.all(sides.map((side) => side.close()))
      throw error
    }
  }

  find(collection: string): StagedTable | undefined {
    return this.#parts.tables.find((table) => table.collection === collection)
  }

  /** Whether the first statement of a step was carried out here. */
  hasBuilt(step: SchemaStep): boolean {
    return this.#parts.tables.some(({ indexes }) => indexes.some((index) => index.step === step))
  }

  /**
   * Each table is made by its own statements, under its own name, and moved here in the same transaction: so nobody sees
   * it there, and what is adopted later is to the letter what the statements say.
   */
  async #make(): Promise<void> {
    const [side] = this.#sides as [TargetConnection]
    await side.begin(SIDE_SETTINGS)
    await createStaging(this.#parts.main, side, this.#schema, this.#parts.now)
    const missing = await this.#missingSchemas(side)
    for (const schema of missing) await side.run(`CREATE SCHEMA ${schema}`, 'prepare to load beside')
    for (const { schema, table, steps, collection } of this.#parts.tables) {
      for (const step of steps) {
        for (const statement of step.statements) await side.run(statement, step.description)
      }
      await side.run(`ALTER TABLE ${schema}.${table} SET SCHEMA ${this.#schema}`, `prepare to load ${collection}`)
    }
    for (const schema of missing) await side.run(`DROP SCHEMA ${schema}`, 'prepare to load beside')
    await side.commit()
    this.#made = true
  }

  async #missingSchemas(side: TargetConnection): Promise<string[]> {
    const schemas = [...new Set(this.#parts.tables.map((table) => table.schema))]
    const rows = await side.rows(
      'SELECT name FROM unnest($1::text[]) AS s(name) WHERE pg_catalog.to_regnamespace(name) IS NULL',
      [schemas],
    )
    return rows.map((row) => String(row.name))
  }

  /** Loads a table and builds its indexes. One table has all connections; the next one waits for its turn. */
  async load(
    table: StagedTable,
    copyStatement: (table: string) => string,
    records: AsyncIterable<Buffer>,
  ): Promise<void> {
    await this.#turn.take(async () => {
      const staged = `${this.#schema}.${table.table}`
      await loadInParallel(this.#sides, copyStatement(staged), records, `load ${table.collection}`)
      await runInParallel(
        this.#sides,
        table.indexes.map(({ step, build }) => ({ sql: build(staged), doing: step.description })),
      )
    })
  }

  /** In the main transaction: turns indexes into constraints and moves the tables to their place. */
  async adopt(): Promise<void> {
    const { main, tables } = this.#parts
    for (const { schema, table, collection, indexes } of tables) {
      const staged = `${this.#schema}.${table}`
      for (const { attach, step } of indexes) {
        if (attach !== undefined) await main.run(attach(staged), step.description)
      }
      await main.run(`ALTER TABLE ${staged} SET SCHEMA ${schema}`, `adopt ${collection}`)
    }
    await main.run(`DROP SCHEMA ${this.#schema}`, 'drop the staging schema')
  }

  /** Ends the connections; drops what was made unless it was adopted. The main transaction has ended. */
  async close(adopted: boolean): Promise<void> {
    await Promise.all(this.#sides.map((side) => side.close()))
    if (!this.#made || adopted) return
    // Best effort: where this fails the next restore finds the schema abandoned and drops it.
    await this.#drop().catch(() => {})
  }

  async #drop(): Promise<void> {
    const cleaner = await this.#parts.openCleaner()
    try {
      await cleaner.run(`SET lock_timeout = '5s'`)
      await dropStaging(cleaner, this.#schema)
    } finally {
      await cleaner.close()
    }
  }
}
