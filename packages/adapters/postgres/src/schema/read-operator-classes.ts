import { type Catalog, USER_SCHEMA } from './catalog.ts'
import { address, type Oid } from './catalog-address.ts'
import type { Draft } from './draft.ts'
import { qualifiedName, quoteIdentifier, sqlName } from './identifiers.ts'

interface FamilyRow {
  readonly oid: Oid
  readonly schema: string
  readonly name: string
  readonly method: string
}

interface ClassRow extends FamilyRow {
  readonly familyOid: Oid
  readonly familySchema: string
  readonly familyName: string
  readonly isDefault: boolean
  readonly type: string
  readonly storage: string | null
}

/** An operator or a support function of a class, or of a family alone. */
interface MemberRow {
  readonly class: Oid | null
  readonly family: Oid
  readonly sql: string
}

/**
 * Members stand in `pg_depend`: those of a class depend on it internally (loosely only automatically, where the class could
 * live without them), those added to a family depend on the family.
 */
async function readMembers(catalog: Catalog): Promise<MemberRow[]> {
  const classOf = (table: string, oid: string) => `
    (SELECT d.refobjid FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${table}'::pg_catalog.regclass
        AND d.objid = ${oid} AND d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND d.deptype IN ('a', 'i') LIMIT 1)`
  return catalog.rows<MemberRow>(`
    SELECT ${classOf('pg_amop', 'm.oid')} AS class, m.amopfamily AS family, 1 AS part, m.amopstrategy AS number,
           pg_catalog.format('OPERATOR %s %I.%s (%s, %s)%s', m.amopstrategy, n.nspname, o.oprname,
             pg_catalog.format_type(m.amoplefttype, NULL), pg_catalog.format_type(m.amoprighttype, NULL),
             CASE WHEN m.amoppurpose = 'o' THEN pg_catalog.format(' FOR ORDER BY %I.%I', sn.nspname, s.opfname) END) AS sql
      FROM pg_catalog.pg_amop m JOIN pg_catalog.pg_operator o ON o.oid = m.amopopr
      JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
      LEFT JOIN pg_catalog.pg_opfamily s ON s.oid = m.amopsortfamily
      LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = s.opfnamespace
     WHERE m.oid >= 16384
    UNION ALL
    SELECT ${classOf('pg_amproc', 'm.oid')}, m.amprocfamily, 2, m.amprocnum,
           pg_catalog.format('FUNCTION %s (%s, %s) %I.%I(%s)', m.amprocnum, pg_catalog.format_type(m.amproclefttype, NULL),
             pg_catalog.format_type(m.amprocrighttype, NULL), n.nspname, p.proname,
             pg_catalog.oidvectortypes(p.proargtypes))
      FROM pg_catalog.pg_amproc m JOIN pg_catalog.pg_proc p ON p.oid = m.amproc::oid
      JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
     WHERE m.oid >= 16384
     ORDER BY 2, 3, 4, 5`)
}

/** Operator families and operator classes of index methods. */
export async function readOperatorClasses(catalog: Catalog): Promise<Draft[]> {
  const families = await catalog.ownRows<FamilyRow>(
    'pg_opfamily',
    `SELECT f.oid, n.nspname AS schema, f.opfname AS name, am.amname AS method
       FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
       JOIN pg_catalog.pg_am am ON am.oid = f.opfmethod WHERE ${USER_SCHEMA} ORDER BY 2, 3, 4`,
  )
  const classes = await catalog.ownRows<ClassRow>(
    'pg_opclass',
    `SELECT c.oid, n.nspname AS schema, c.opcname AS name, am.amname AS method, c.opcfamily AS "familyOid",
            fn.nspname AS "familySchema", f.opfname AS "familyName", c.opcdefault AS "isDefault",
            pg_catalog.format_type(c.opcintype, NULL) AS type,
            CASE WHEN c.opckeytype <> 0 THEN pg_catalog.format_type(c.opckeytype, NULL) END AS storage
       FROM pg_catalog.pg_opclass c JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace
       JOIN pg_catalog.pg_am am ON am.oid = c.opcmethod JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
       JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace WHERE ${USER_SCHEMA} ORDER BY 2, 3, 4`,
  )
  const members = await readMembers(catalog)
  return [
    ...families.map((row) => familyDraft(row)),
    ...families.flatMap((row) => looseMembers(row, members)),
    ...classes.map((row) => classDraft(row, members)),
  ]
}

function familyDraft(row: FamilyRow): Draft {
  const sql = `OPERATOR FAMILY ${sqlName(row.schema, row.name)} USING ${quoteIdentifier(row.method)}`
  return {
    kind: 'operator family',
    name: `${qualifiedName(row.schema, row.name)} using ${row.method}`,
    definition: { method: row.method },
    section: 'pre-data',
    statements: [`CREATE ${sql}`],
    addresses: [address('pg_opfamily', row.oid)],
    sql,
  }
}

/** Operators and functions between types of a family, apart from it: they may need its classes. */
function looseMembers(row: FamilyRow, members: readonly MemberRow[]): Draft[] {
  const loose = members.filter((member) => member.family === row.oid && member.class === null).map(({ sql }) => sql)
  if (loose.length === 0) return []
  const sql = `OPERATOR FAMILY ${sqlName(row.schema, row.name)} USING ${quoteIdentifier(row.method)}`
  return [
    {
      kind: 'operator family members',
      name: `${qualifiedName(row.schema, row.name)} using ${row.method}`,
      definition: { members: loose },
      section: 'pre-data',
      statements: [`ALTER ${sql} ADD\n  ${loose.join(',\n  ')}`],
      addresses: [],
      needs: [address('pg_opfamily', row.oid)],
    },
  ]
}

function classDraft(row: ClassRow, members: readonly MemberRow[]): Draft {
  const sql = `OPERATOR CLASS ${sqlName(row.schema, row.name)}`
  const method = quoteIdentifier(row.method)
  const family = sqlName(row.familySchema, row.familyName)
  const own = members.filter((member) => member.class === row.oid).map((member) => member.sql)
  const parts = [...(row.storage === null ? [] : [`STORAGE ${row.storage}`]), ...own]
  return {
    kind: 'operator class',
    name: `${qualifiedName(row.schema, row.name)} using ${row.method}`,
    definition: {
      method: row.method,
      type: row.type,
      default: row.isDefault,
      family,
      members: own,
      ...(row.storage === null ? {} : { storage: row.storage }),
    },
    section: 'pre-data',
    statements: [
      `CREATE ${sql}${row.isDefault ? ' DEFAULT' : ''} FOR TYPE ${row.type} USING ${method} FAMILY ${family} AS\n  ` +
        (parts.length === 0 ? [`STORAGE ${row.type}`] : parts).join(',\n  '),
    ],
    addresses: [address('pg_opclass', row.oid)],
    needs: [address('pg_opfamily', row.familyOid)],
    sql: `${sql} USING ${method}`,
  }
}
