import driver from 'mysql2/promise'

/** Writers that each update one random order after another, every statement a transaction. */
export class MysqlWriteLoad {
  readonly #clients: driver.Connection[]
  readonly #orders: number
  #running = true
  #count = 0
  #longest = 0
  readonly #begun = new Set<number>()
  readonly #loops: Promise<void>[]

  private constructor(clients: driver.Connection[], orders: number) {
    this.#clients = clients
    this.#orders = orders
    this.#loops = clients.map((client) => this.#write(client))
  }

  static async start(url: string, writers: number, orders: number): Promise<MysqlWriteLoad> {
    const clients = await Promise.all(Array.from({ length: writers }, () => driver.createConnection(url)))
    return new MysqlWriteLoad(clients, orders)
  }

  /** Statements that ended, and seconds of the longest: one that still waits counts with what it has waited. */
  soFar(): { readonly count: number; readonly longest: number } {
    const now = performance.now()
    const waiting = [...this.#begun].map((began) => (now - began) / 1000)
    return { count: this.#count, longest: Math.max(this.#longest, ...waiting) }
  }

  async stop(): Promise<void> {
    this.#running = false
    await Promise.all(this.#loops)
    await Promise.all(this.#clients.map((client) => client.end()))
  }

  async #write(client: driver.Connection): Promise<void> {
    while (this.#running) {
      // Not the first, which somebody else may have locked for reasons of his own.
      const id = 2 + Math.floor(Math.random() * (this.#orders - 1))
      const began = performance.now()
      this.#begun.add(began)
      await client.query('update orders set total = total + 1 where id = ?', [id])
      this.#begun.delete(began)
      this.#longest = Math.max(this.#longest, (performance.now() - began) / 1000)
      this.#count++
    }
  }
}
