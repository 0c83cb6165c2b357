import type { Warning } from '@dbsnap/core/ports'
import { type Catalog, FIRST_USER_OID, USER_SCHEMA } from './catalog.ts'

/** So many names are listed in a warning; a person reads the first few. */
const LISTED_NAMES = 20

interface LeftOutKind {
  readonly code: string
  /** As in `these are left out: a, b`. */
  readonly words: string
  /** Gives `name`, in order. */
  readonly sql: string
}

/** What a snapshot deliberately does not keep; each kind with its reason in `docs/postgres-coverage.md`. */
export const LEFT_OUT_KINDS: readonly LeftOutKind[] = [
  {
    code: 'LARGE_OBJECTS_LEFT_OUT',
    words: 'large objects',
    sql: 'SELECT m.oid::text AS name FROM pg_catalog.pg_largeobject_metadata m ORDER BY m.oid',
  },
  {
    code: 'FOREIGN_DATA_WRAPPERS_LEFT_OUT',
    words: 'foreign data wrappers',
    sql: `SELECT fdwname AS name FROM pg_catalog.pg_foreign_data_wrapper WHERE oid >= ${FIRST_USER_OID} ORDER BY 1`,
  },
  {
    code: 'FOREIGN_SERVERS_LEFT_OUT',
    words: 'foreign servers and their user mappings',
    sql: 'SELECT srvname AS name FROM pg_catalog.pg_foreign_server ORDER BY 1',
  },
  {
    code: 'FOREIGN_TABLES_LEFT_OUT',
    words: 'foreign tables',
    sql: `SELECT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f' AND ${USER_SCHEMA} ORDER BY 1`,
  },
  {
    code: 'SUBSCRIPTIONS_LEFT_OUT',
    words: 'subscriptions',
    sql: `SELECT subname AS name FROM pg_catalog.pg_subscription
           WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) ORDER BY 1`,
  },
  {
    code: 'SECURITY_LABELS_LEFT_OUT',
    words: 'security labels on',
    sql: "SELECT DISTINCT objtype || coalesce(' ' || objname, '') AS name FROM pg_catalog.pg_seclabels ORDER BY 1",
  },
  {
    code: 'TABLESPACES_LEFT_OUT',
    words: 'places in tablespaces of',
    sql: `SELECT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE c.reltablespace <> 0 AND c.relkind IN ('r', 'p', 'i', 'I', 'm') AND ${USER_SCHEMA} ORDER BY 1`,
  },
  {
    code: 'DEFAULT_PRIVILEGES_LEFT_OUT',
    words: 'default privileges of',
    sql: `SELECT DISTINCT pg_catalog.pg_get_userbyid(defaclrole) AS name FROM pg_catalog.pg_default_acl ORDER BY 1`,
  },
  {
    code: 'GRANTS_LEFT_OUT',
    words: 'grants on',
    sql: `SELECT name FROM (
            SELECT n.nspname || '.' || c.relname AS name FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE ${USER_SCHEMA} AND c.oid >= ${FIRST_USER_OID} AND (c.relacl IS NOT NULL OR EXISTS (
                   SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attacl IS NOT NULL))
            UNION ALL
            SELECT n.nspname || '.' || p.proname FROM pg_catalog.pg_proc p
              JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
             WHERE ${USER_SCHEMA} AND p.oid >= ${FIRST_USER_OID} AND p.proacl IS NOT NULL
            UNION ALL
            SELECT n.nspname || '.' || t.typname FROM pg_catalog.pg_type t
              JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
             WHERE ${USER_SCHEMA} AND t.oid >= ${FIRST_USER_OID} AND t.typacl IS NOT NULL
            UNION ALL
            SELECT 'schema ' || n.nspname FROM pg_catalog.pg_namespace n
             WHERE ${USER_SCHEMA} AND n.oid >= ${FIRST_USER_OID} AND n.nspacl IS NOT NULL) g ORDER BY 1`,
  },
  {
    code: 'OWNERS_LEFT_OUT',
    words: 'roles that own objects',
    sql: `SELECT DISTINCT pg_catalog.pg_get_userbyid(c.relowner) AS name FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE ${USER_SCHEMA} AND c.oid >= ${FIRST_USER_OID}
             AND pg_catalog.pg_get_userbyid(c.relowner) <> current_user ORDER BY 1`,
  },
  {
    code: 'DATABASE_SETTINGS_LEFT_OUT',
    words: 'settings of the database',
    sql: `SELECT DISTINCT pg_catalog.split_part(s, '=', 1) AS name
            FROM pg_catalog.pg_db_role_setting r, pg_catalog.unnest(r.setconfig) s
           WHERE r.setdatabase = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
           ORDER BY 1`,
  },
]

/** One warning for each kind that was met, with the names. */
export async function readLeftOut(catalog: Catalog): Promise<Warning[]> {
  const warnings: Warning[] = []
  for (const { code, words, sql } of LEFT_OUT_KINDS) {
    const names = (await catalog.rows<{ name: string }>(sql)).map(({ name }) => name)
    if (names.length > 0) warnings.push(leftOutWarning(code, words, names))
  }
  return warnings
}

/** A warning that names what is left out, the first twenty of them. */
export function leftOutWarning(code: string, words: string, names: readonly string[]): Warning {
  const more = names.length > LISTED_NAMES ? ` and ${names.length - LISTED_NAMES} more` : ''
  return { code, message: `not kept in a snapshot: ${words} ${names.slice(0, LISTED_NAMES).join(', ')}${more}` }
}
