import type { MysqlConnection } from '../connection/mysql-connection.ts'

/** What takes back each statement that cannot be part of a transaction, last first. */
export class UndoList {
  readonly #statements: (readonly string[])[] = []

  /** To be called when the statement has been carried out. */
  add(...statements: readonly string[]): void {
    this.#statements.push(statements)
  }

  /** What was done stays. */
  forget(): void {
    this.#statements.length = 0
  }

  /** Takes everything back as far as it goes; resolves with whether all of it went. */
  async run(connection: MysqlConnection): Promise<boolean> {
    let whole = true
    for (let last = this.#statements.pop(); last !== undefined; last = this.#statements.pop()) {
      for (const statement of last) {
        // Best effort: what one statement leaves must not keep the others from being taken back.
        await connection.run('take back what was changed', statement).catch(() => {
          whole = false
        })
      }
    }
    return whole
  }
}
