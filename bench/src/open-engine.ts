import type { BenchEngine } from './bench-engine.ts'
import { openBenchMongo } from './bench-mongo.ts'
import { openBenchMysql } from './bench-mysql.ts'

/** A server of our own with so many orders; dispose of it to leave nothing behind. */
export function openEngine(name: string, orders: number): Promise<BenchEngine> {
  if (name === 'mysql' || name === 'mariadb') return openBenchMysql(name, orders)
  if (name === 'mongodb') return openBenchMongo(orders)
  throw new Error(`--engine takes mysql, mariadb or mongodb, not '${name}'`)
}
