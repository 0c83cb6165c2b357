/** Object ids of the system catalogs that objects of a schema live in; they are the same in every version. */
export const CATALOGS = {
  pg_am: 2601,
  pg_amop: 2602,
  pg_amproc: 2603,
  pg_attrdef: 2604,
  pg_cast: 2605,
  pg_class: 1259,
  pg_collation: 3456,
  pg_constraint: 2606,
  pg_conversion: 2607,
  pg_event_trigger: 3466,
  pg_extension: 3079,
  pg_language: 2612,
  pg_namespace: 2615,
  pg_opclass: 2616,
  pg_operator: 2617,
  pg_opfamily: 2753,
  pg_policy: 3256,
  pg_proc: 1255,
  pg_publication: 6104,
  pg_publication_namespace: 6237,
  pg_publication_rel: 6106,
  pg_rewrite: 2618,
  pg_statistic_ext: 3381,
  pg_transform: 3576,
  pg_trigger: 2620,
  pg_ts_config: 3602,
  pg_ts_dict: 3600,
  pg_ts_parser: 3601,
  pg_ts_template: 3764,
  pg_type: 1247,
} as const

export type CatalogName = keyof typeof CATALOGS

/**
 * Where an object stands in the catalogs of the server it was read from: class id · 2^32 + object id, which is exact, as
 * catalogs have small ids. A number takes a third of a text's memory. Never leaves the reader.
 */
export type Address = number

const CLASS = 2 ** 32

export function address(catalog: CatalogName, oid: Oid): Address {
  return addressIn(CATALOGS[catalog], oid)
}

export function addressIn(classId: number | Oid, oid: Oid): Address {
  return Number(classId) * CLASS + Number(oid)
}

/** The id of the catalog that an object stands in. */
export function classOf(object: Address): number {
  return Math.floor(object / CLASS)
}

/** An object id as the readers hold it: in decimal digits, as JSON made by the server has it. `0` is none. */
export type Oid = string
