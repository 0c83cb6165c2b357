import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

/** What writers did in a while. */
export interface LoadSpan {
  readonly perSecond: number
  /** Seconds of the longest statement. */
  readonly longest: number
}

/** How hard the writers write. */
export interface WriteLoadOptions {
  readonly writers: number
  /** Rows of the table. */
  readonly orders: number
  /** Milliseconds that each writer thinks between two statements. Default 0: as fast as the server answers. */
  readonly pause?: number
}

/** Writers that each update one random order after another, every commit durable as the server is set to make it. */
export class WriteLoad {
  readonly #clients: pg.Client[]
  readonly #orders: number
  readonly #pause: number
  #running = true
  #done = 0
  #longest = 0
  readonly #loops: Promise<void>[]

  private constructor(clients: pg.Client[], { orders, pause = 0 }: WriteLoadOptions) {
    this.#clients = clients
    this.#orders = orders
    this.#pause = pause
    this.#loops = clients.map((client) => this.#write(client))
  }

  static async start(url: string, options: WriteLoadOptions): Promise<WriteLoad> {
    const clients = Array.from({ length: options.writers }, () => new pg.Client({ connectionString: url }))
    await Promise.all(clients.map((client) => client.connect()))
    return new WriteLoad(clients, options)
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
      if (this.#pause > 0) await wait(this.#pause)
    }
  }
}
