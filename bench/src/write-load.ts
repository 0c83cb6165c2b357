import pg from 'pg'

/** What writers did in a while. */
export interface LoadSpan {
  readonly perSecond: number
  /** Seconds of the longest statement. */
  readonly longest: number
}

/** Writers that each update one random order after another, every commit durable as the server is set to make it. */
export class WriteLoad {
  readonly #clients: pg.Client[]
  readonly #orders: number
  #running = true
  #done = 0
  #longest = 0
  readonly #loops: Promise<void>[]

  private constructor(clients: pg.Client[], orders: number) {
    this.#clients = clients
    this.#orders = orders
    this.#loops = clients.map((client) => this.#write(client))
  }

  static async start(url: string, writers: number, orders: number): Promise<WriteLoad> {
    const clients = Array.from({ length: writers }, () => new pg.Client({ connectionString: url }))
    await Promise.all(clients.map((client) => client.connect()))
    return new WriteLoad(clients, orders)
  }

  /** Counts until `end` resolves. One span at a time. */
  async during<Result>(end: Promise<Result>): Promise<LoadSpan & { readonly result: Result }> {
    this.#done = 0
    this.#longest = 0
    const began = performance.now()
    const result = await end
    const seconds = (performance.now() - began) / 1000
    return { perSecond: this.#done / seconds, longest: this.#longest, result }
  }

  async stop(): Promise<void> {
    this.#running = false
    await Promise.all(this.#loops)
    await Promise.all(this.#clients.map((client) => client.end()))
  }

  async #write(client: pg.Client): Promise<void> {
    while (this.#running) {
      const id = 1 + Math.floor(Math.random() * this.#orders)
      const began = performance.now()
      await client.query('update orders set total = total + 1 where id = $1', [id])
      this.#longest = Math.max(this.#longest, (performance.now() - began) / 1000)
      this.#done++
    }
  }
}
