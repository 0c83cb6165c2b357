import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedPostgres } from '@dbsnap/test-servers'
import pg from 'pg'
import { type Ended, runDbsnap } from './run-dbsnap.ts'

/** A database with one table of orders, and folders for repositories, one after the other. */
export class OrdersDatabase {
  readonly url: string
  readonly client: pg.Client
  readonly #place: string
  #repositories = 0

  private constructor(url: string, client: pg.Client, place: string) {
    this.url = url
    this.client = client
    this.#place = place
  }

  static async create(): Promise<OrdersDatabase> {
    const place = await mkdtemp(join(tmpdir(), 'dbsnap-orders-'))
    const url = await (await sharedPostgres()).createDatabase()
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('CREATE TABLE orders (id int PRIMARY KEY, note text)')
    return new OrdersDatabase(url, client, place)
  }

  /** Of the repository that commands are run on. */
  get folder(): string {
    return join(this.#place, `${this.#repositories}`)
  }

  /** A new one, and no orders. Unencrypted: deriving a key takes longer than all else here. */
  async begin(): Promise<void> {
    this.#repositories++
    await this.dbsnap('init', '--unencrypted')
    await this.client.query('TRUNCATE orders')
  }

  dbsnap(...args: string[]): Promise<Ended> {
    return runDbsnap(args, { DBSNAP_REPO: this.folder })
  }

  async json(...args: string[]) {
    return JSON.parse((await this.dbsnap(...args, '--json')).out)
  }

  async end(): Promise<void> {
    await this.client.end()
    await rm(this.#place, { recursive: true })
  }
}
